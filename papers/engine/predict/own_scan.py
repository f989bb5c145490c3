"""A scan as a scanner wrote it, from four images to a mask, volumes and a picture."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import UserError
from common.files import lock_beside
from data.brats.labels import to_canonical
from data.brats.releases import MODALITIES, RELEASES
from data.integrity import Finding
from data.scans.find import find_scan, role_of
from data.scans.inputs import check_input
from data.volume.dicom import find_series
from data.volume.files import read_geometry, read_volume
from papers import registry
from papers.engine.predict.preparation import (
    IMAGES,
    NAMES,
    check_brain,
    prepare_scan,
    read_reference,
)
from papers.engine.predict.returned import RETURNED, bring_back
from papers.engine.predict.scan_folder import ScanFolder
from papers.engine.quiet import import_tensorflow
from papers.engine.zoo import default_weights, nearest

WEIGHTS = Path("weights")


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The segmentation of a scan.

    Args:
        labels: uint8 `(depth, height, width)` on the grid of the T1ce that was given:
            0, 1 necrosis and non-enhancing tumor, 2 edema, 4 enhancing tumor.
        volumes: ml by region: `"wt"`, `"tc"` and `"et"`.
        folder: where the files are.
        findings: of the checks of the prepared scan.
    """

    labels: np.ndarray
    volumes: dict[str, float]
    folder: Path
    findings: list[Finding]


def segment(
    scan,
    out,
    brain_mask=None,
    skull_strip=None,
    n4=False,
    paper="anisocascade",
    weights=None,
    force=False,
    say=print,
):
    """Prepares and segments a scan as a scanner wrote it.

    ```python
    from papers import segment

    scan = {"t1": "t1.nii.gz", "t1ce": "dicom#3", "t2": "t2", "flair": "flair.mha"}
    print(segment(scan, "out", skull_strip="hd-bet -i {in} -o {out}").volumes)
    ```

    Args:
        scan: by modality a NIfTI or MetaImage file, a folder of a DICOM series, or
            `FOLDER#N` for one of several; or a folder with a file of each modality.
        out: the folder to write: `segmentation.nii.gz` on the grid of T1ce,
            `volumes.csv`, `overlay.png`, the prepared images and the transforms.
        brain_mask: a file that is not 0 in the brain, in the place of T1ce.
        skull_strip: a command that makes it, with `{in}` and `{out}`, instead.
        n4: whether to correct the bias field of each image first.
        paper: whose networks segment.
        weights: folder of imported weights or of a finished run; None: `weights/`,
            or those that the repository holds.
        force: whether to try a scan that is not like those of BraTS.
        say: receives a line for each step and finding.

    Returns:
        A `Segmentation`.

    Raises:
        UserError: an image or the brain mask cannot be used, there are no weights, or a
            file of `out` was not written here.
    """
    sources = sources_of(scan)
    check_brain(brain_mask, skull_strip)
    more = [brain_mask] if brain_mask else []
    used = (*NAMES, *RETURNED), [*sources.values(), *more]
    # What is to be refused is, before networks are loaded.
    for source in used[1]:
        check_input(source)
    ScanFolder(out, *used)
    import_tensorflow()
    weights = weights or default_weights(paper, nearest(WEIGHTS / paper))
    segmenter = registry.paper(paper).inference.segmenter(weights, force)
    with lock_beside(out, say):
        folder = ScanFolder(out, *used)
        return segment_with(
            segmenter, sources, folder, brain_mask, skull_strip, n4, say
        )


def segment_with(
    segmenter, sources, folder, brain_mask=None, skull_strip=None, n4=False, say=print
):
    """Prepares and segments a scan with networks that are loaded already.

    Args:
        segmenter: has `read` and `segment`, as a paper's module `inference` makes it.
        sources: what `sources_of` returned.
        folder: a `ScanFolder` that was opened for `NAMES` and `RETURNED`.
        brain_mask: as for `segment`, and so are the others.
        skull_strip: a command.
        n4: whether to correct the bias field.
        say: receives a line for each step and finding.

    Returns:
        A `Segmentation`.

    Raises:
        UserError: as `segment` does.
    """
    prepare_scan(sources, folder, brain_mask, skull_strip, n4, say)
    paths = {name: folder.path(file) for name, file in IMAGES.items()}
    opened = segmenter.read(paths)
    for found in opened.findings:
        say(f"{found.severity}: {found.file}: {found.found}; {found.fix}")
    result = segmenter.segment(opened)
    geometry = read_geometry(paths[MODALITIES[0]])
    reference = read_reference(folder.folder)
    labels, volumes = bring_back(result.labels, geometry, reference, folder)
    return Segmentation(labels, volumes, folder.folder, result.findings)


def restore_mask(prepared, mask, out, say=print):
    """Brings a mask of a prepared scan back to the grid of its T1ce.

    Args:
        prepared: a folder that `prepare-scan` wrote.
        mask: what `predict --case` made of it, with the values 0, 1, 2 and 4.
        out: the folder to write: `segmentation.nii.gz`, `volumes.csv`, `overlay.png`.
        say: receives a line where another process writes there.

    Returns:
        ml by region.

    Raises:
        UserError: it is no prepared scan, or the mask is not one of it.
    """
    reference = read_reference(prepared)
    values, geometry = read_volume(mask)
    expected = read_geometry(Path(prepared) / IMAGES[MODALITIES[0]])
    if not geometry.matches(expected):
        raise UserError(
            mask,
            f"a mask on the grid of {prepared}, {expected.shape}",
            f"one of {geometry.shape} in another place",
            f"`.venv/bin/python -m papers predict PAPER --case {prepared} --out MASK`",
        )
    labels = to_canonical(values, RELEASES["brats17"], mask)
    with lock_beside(out, say):
        return bring_back(labels, geometry, reference, ScanFolder(out, RETURNED))[1]


def given_scan(case, files):
    """Returns what `segment` takes, of what a command line names.

    Args:
        case: a folder, or None.
        files: source of each modality, or None.

    Raises:
        UserError: both are given, or neither is.
    """
    named = {name: source for name, source in files.items() if source is not None}
    if bool(case) == bool(named):
        raise UserError(
            "the scan",
            f"--case, or one image for each of {', '.join(MODALITIES)}",
            "both" if case else "neither",
            "see `.venv/bin/python -m papers prepare-scan --help`",
        )
    return case or named


def sources_of(scan):
    """Returns the source of each modality of a scan.

    Args:
        scan: by modality what `read_input` takes; or a folder of four files.

    Raises:
        UserError: a modality is missing, or the folder holds DICOM files.
    """
    if not isinstance(scan, dict):
        _refuse_dicom(Path(scan))
        scan = find_scan(scan).images
    missing = [name for name in MODALITIES if name not in scan]
    if missing:
        raise UserError(
            "the scan",
            f"an image of each of {', '.join(MODALITIES)}",
            f"none of {', '.join(missing)}",
            "name a file, a folder of a DICOM series or FOLDER#N for each",
        )
    return {name: scan[name] for name in MODALITIES}


def _refuse_dicom(folder):
    if not folder.is_dir():
        return
    if any(role_of(path.name) for path in folder.rglob("*")):
        return
    if found := find_series(folder):
        raise UserError(
            folder,
            "a file of each modality, or flags that name series of DICOM files",
            f"{len(found)} DICOM series",
            f"`.venv/bin/python -m papers list-series {folder}` shows them",
        )
