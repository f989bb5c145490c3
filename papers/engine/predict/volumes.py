"""Label maps of scans as files: one case, or a folder of cases to be handed in.

A segmenter has `read(case)`, which returns a checked scan with its `findings`;
`segment(scan, progress)`, which returns `labels` (canonical, in the order of the files)
and `findings`; and `fingerprint()`, which changes with whatever changes the labels.
"""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

from common.errors import UserError
from common.files import digest, read_json, sha256, write_json
from data.brats.labels import from_canonical
from data.brats.releases import MODALITIES, RELEASES
from data.case import Case
from data.scans.find import find_cases, find_scan, release_of
from data.volume.files import write_labels

OUTPUTS = (".nii", ".nii.gz", ".mha")
# Its labels 0, 1, 2 and 4 are written where the files follow no release's naming.
_DEFAULT_RELEASE = RELEASES["brats17"]


@dataclass(frozen=True)
class Prediction:
    """What became of one case.

    Args:
        case_id: the case.
        status: `"written"`, `"kept"` (written before from the same inputs, weights
            and protocol) or `"failed"`.
        seconds: for reading, segmenting and writing it.
        notes: the findings of the checks, or the error.
    """

    case_id: str
    status: str
    seconds: float
    notes: tuple[str, ...]


def kind_of(case):
    """Returns `"one"` or `"several"` for the cases of a folder, or None if it has none.

    Args:
        case: a folder.
    """
    if _is_case(case):
        return "one"
    try:
        return "several" if any(_is_case(p) for _, p in find_cases(case)) else None
    except UserError:
        return None


def predict_file(segmenter, case, path, progress=None, warn=None):
    """Segments a case and writes its labels with the geometry of its files.

    The label values are those of the release whose naming the files follow (from 2023
    on, enhancing tumor is 3), otherwise 0, 1, 2 and 4.

    Args:
        segmenter: see above.
        case: folder of the case, a `data.case.Case`, or the paths of `"flair"`,
            `"t1"`, `"t1ce"` and `"t2"` in a dict.
        path: `.nii`, `.nii.gz` or `.mha` file to write.
        progress: function of stage, view, batches done and total batches.
        warn: receives each `Finding` about the scan as soon as it is known.

    Returns:
        The list of `Finding` about the scan.

    Raises:
        UserError: the scan cannot be used, or the file cannot be written.
    """
    if isinstance(case, dict):
        paths = {name: Path(path) for name, path in case.items()}
        case = Case("", None, "", paths, None)
    elif not isinstance(case, Case):
        case = find_scan(case)
    result = _segment(segmenter, case, progress, warn or (lambda finding: None))
    _write(path, result.labels, case)
    return result.findings


def predict_folder(segmenter, root, folder, say=print, progress=None):
    """Segments a folder of cases into `<case id>.nii.gz`, with no other files in it.

    `<folder>.json` beside the folder records the outcome of each case. A label map is
    kept if inputs, weights and protocol are unchanged, so that the same call resumes. A
    case that fails is in the list and has no file.

    Args:
        segmenter: see above.
        root: a folder of BraTS cases, or any folder whose subfolders are cases.
        folder: the folder to write, created if missing.
        say: receives one line per case and per finding.
        progress: as for `predict_file`.

    Returns:
        A list of `Prediction`, in order of id.

    Raises:
        UserError: there is no case, or the folder cannot be written.
    """
    folder = Path(folder)
    record = folder.with_name(f"{folder.name}.json")
    known = read_json(record) if record.exists() else {}
    fingerprint, cases, rows = segmenter.fingerprint(), find_cases(root), []
    for position, (case_id, case_folder) in enumerate(cases, 1):
        path = folder / f"{case_id}.nii.gz"

        def warn(finding, case_id=case_id):
            say(f"{case_id}: {_as_note(finding)}")

        row, source = _predict_case(
            lambda case: _segment(segmenter, case, progress, warn),
            (case_id, case_folder, path),
            known.get(case_id),
            fingerprint,
        )
        rows.append(row)
        say(f"{position}/{len(cases)} {case_id}: {row.status}, {row.seconds} s")
        for note in row.notes if row.status != "written" else ():
            say(f"  {note}")
        if row.status != "kept":
            file = sha256(path) if row.status == "written" else None
            known[case_id] = asdict(row) | {"source": source, "file": file}
            write_json(record, known)
    return rows


def _predict_case(segment, names, old, fingerprint):
    """Segments one case of a folder, unless its label map can be kept.

    Args:
        segment: function from a case to the segmenter's result.
        names: id and folder of the case, and the file to write.
        old: the record of the case, or None.
        fingerprint: the segmenter's.

    Returns:
        The `Prediction` and the hash of what it was made from, or None.
    """
    case_id, case_folder, path = names
    begin, source = time.perf_counter(), None
    try:
        case = find_scan(case_folder)
        source = _source(fingerprint, case)
        if old and _is_unchanged(path, old, source):
            status, notes = "kept", old["notes"]
        else:
            result = segment(case)
            status, notes = "written", map(_as_note, result.findings)
    except UserError as error:
        status, notes = "failed", [str(error)]
    if status == "written":
        _write(path, result.labels, case)
    elif status == "failed":
        # An older label map must not stand in for the one that failed.
        path.unlink(missing_ok=True)
    seconds = round(time.perf_counter() - begin, 1)
    return Prediction(case_id, status, seconds, tuple(notes)), source


def _segment(segmenter, case, progress, warn):
    """Segments a case; shows what the checks found before the minutes are spent."""
    scan = segmenter.read(case)
    for finding in scan.findings:
        warn(finding)
    return segmenter.segment(scan, progress)


def _is_case(folder):
    try:
        find_scan(folder)
    except UserError:
        return False
    return True


def _write(path, labels, case):
    release = release_of(case.images) or _DEFAULT_RELEASE
    write_labels(path, from_canonical(labels, release), case.images[MODALITIES[0]])


def _source(fingerprint, case):
    return digest([fingerprint, *(sha256(case.images[name]) for name in MODALITIES)])


def _is_unchanged(path, old, source):
    return path.exists() and (old["source"], old["file"]) == (source, sha256(path))


def _as_note(finding):
    return f"{finding.severity}: {finding.file}: {finding.found}; {finding.fix}"
