"""Predictions from files to files: one case, or a folder of cases."""

import os
import time
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from common.errors import UserError
from common.files import describe_os_error, digest, sha256
from papers.engine.predict.record import Record

_CHANGED = "kept as it is, for it was changed after it was written; to have it written"


@dataclass(frozen=True)
class Prediction:
    """What became of one case.

    Args:
        case_id: the case.
        status: `"written"`, `"kept"` (written before from the same inputs, weights
            and protocol; or changed since by someone else) or `"failed"`.
        seconds: for reading and segmenting it.
        notes: the findings of the checks, or the error.
    """

    case_id: str
    status: str
    seconds: float
    notes: tuple[str, ...]


class Files(ABC):
    """A kind of files, volumes or slices, and how a segmenter is applied to them.

    Nothing is replaced or deleted that was not written by an earlier prediction and is
    unchanged since: `<output>.json` records what was. `check_file` and `check_folder`
    refuse what cannot be written before a network is loaded.
    """

    outputs = ()
    """The endings that a single output may have."""

    ending = ""
    """The ending of the outputs in a folder."""

    @abstractmethod
    def kind_of(self, case):
        """Returns `"one"` or `"several"` for what `--case` names, None if unknown."""

    @abstractmethod
    def open_case(self, source):
        """Returns a case as `segment` takes it, without reading its voxels.

        Raises:
            UserError: it is incomplete, or is no such case.
        """

    @abstractmethod
    def list_cases(self, root):
        """Returns a list of `(id, source)` of the cases in a folder, in order of id.

        Raises:
            UserError: there is none.
        """

    @abstractmethod
    def images(self, case):
        """Returns the paths of the images of an opened case."""

    @abstractmethod
    def segment(self, segmenter, case, progress, warn):
        """Returns `(labels, findings)` of an opened case."""

    @abstractmethod
    def encode(self, path, labels, case):
        """Returns the content of a file with the labels of an opened case, as bytes."""

    @abstractmethod
    def shown(self, source, path, names):
        """Reads a case again with the labels that were written for it.

        Args:
            source: what `open_case` takes.
            path: the file of the labels.
            names: for each label its name and a color, for a reader.

        Returns:
            The `papers.engine.case_images.CaseImages`, and the labels on their grid.
        """

    def is_input(self, path, case):
        """Whether a path is, or would be read as, one of an opened case's files."""
        return any(_same(path, image) for image in self.images(case))

    def is_among_inputs(self, folder, root):
        """Whether outputs in a folder would be read as inputs next time."""
        return folder.resolve() == root.resolve()

    def check_file(self, source, out):
        """Refuses an output for one case that would destroy something.

        Args:
            source: what `open_case` takes.
            out: the file to write.

        Returns:
            The opened case and the output's `Record`.

        Raises:
            UserError: the case is incomplete; or `out` is one of its files, or a file
                that no prediction has written.
        """
        case, out = self.open_case(source), Path(out)
        if self.is_input(out, case):
            raise UserError(
                out,
                "an output that is not read as an input",
                "the place of one of the case's own images, or of its truth",
                "choose another --out, in another folder",
            )
        return case, record_of(out)

    def check_folder(self, root, folder):
        """Refuses a folder of outputs that would destroy something.

        Args:
            root: the folder of the cases.
            folder: the folder to write.

        Returns:
            What `list_cases` does, and the folder's `Record`.

        Raises:
            UserError: there is no case; two have one output; or the folder is that of
                the cases, or holds files that no prediction has written.
        """
        root, folder = Path(root), Path(folder)
        cases = self.list_cases(root)
        counts = Counter(case_id for case_id, _ in cases)
        double = [source for case_id, source in cases if counts[case_id] > 1]
        if double:
            names = ", ".join(Path(source).name for source in double[:2])
            fix = "rename one of them, or put them into separate folders"
            raise UserError(root, "one name for each case", names, fix)
        if self.is_among_inputs(folder, root):
            fix = "choose another --out"
            raise UserError(folder, "a folder apart from the cases", "theirs", fix)
        record = Record(folder)
        paths = [(case_id, self._output(folder, case_id)) for case_id, _ in cases]
        foreign = [path for name, path in paths if record.is_foreign(name, path)]
        if foreign:
            raise _foreign(foreign[0], len(foreign) - 1)
        return cases, record

    def predict_file(self, segmenter, source, out, progress=None, warn=None):
        """Segments one case and writes its labels.

        Args:
            segmenter: as `segment` takes it; `fingerprint()` changes with whatever
                changes the labels.
            source: what `open_case` takes.
            out: the file to write.
            progress: function of stage, view, batches done and total batches.
            warn: receives each `Finding` about the case as soon as it is known.

        Returns:
            The list of `Finding` about the case.

        Raises:
            UserError: the case cannot be used, or the file cannot be written.
        """
        case, record = self.check_file(source, out)
        begin, out = time.perf_counter(), Path(out)
        made_of = self._made_of(segmenter.fingerprint(), case)
        silent = lambda finding: None  # noqa: E731
        labels, findings = self.segment(segmenter, case, progress, warn or silent)
        content = self.encode(out, labels, case)
        row = _prediction(out.name, "written", begin, map(_as_note, findings))
        record.write(out, content, asdict(row) | {"source": made_of})
        return findings

    def predict_folder(
        self, segmenter, root, folder, say=print, progress=None, note=None
    ):
        """Segments a folder of cases into `<case id><ending>`, with nothing else in it.

        An output is kept if inputs, weights and protocol are unchanged, so that the
        same call resumes. A case that fails is in the list and has no file. An output
        that was changed by hand is kept.

        Args:
            segmenter: as for `predict_file`.
            root: a folder of cases.
            folder: the folder to write, created if missing.
            say: receives one line per finding and per case.
            progress: as for `predict_file`.
            note: receives the line of a case about which there is nothing to say,
                which the next one may replace; None for `say`.

        Returns:
            A list of `Prediction`, in order of id.

        Raises:
            UserError: as `check_folder`, or the folder cannot be written.
        """
        cases, record = self.check_folder(root, folder)
        fingerprint, rows = segmenter.fingerprint(), []
        for position, (case_id, source) in enumerate(cases, 1):

            def warn(finding, case_id=case_id):
                say(f"{case_id}: {_as_note(finding)}")

            row = self._predict_case(
                lambda case, warn=warn: self.segment(segmenter, case, progress, warn),
                (case_id, source, self._output(Path(folder), case_id)),
                record,
                fingerprint,
            )
            rows.append(row)
            lines = row.notes if row.status != "written" else ()
            tell = say if lines else note or say
            tell(f"{position}/{len(cases)} {case_id}: {row.status}, {row.seconds} s")
            for line in lines:
                say(f"  {line}")
        return rows

    def _predict_case(self, segment, names, record, fingerprint):
        """Segments one case of a folder, unless what is there has to be kept.

        Args:
            segment: function from an opened case to `(labels, findings)`.
            names: id and source of the case, and the file to write.
            record: the folder's `Record`.
            fingerprint: the segmenter's.

        Returns:
            The `Prediction`.
        """
        case_id, source, out = names
        begin, made_of = time.perf_counter(), None
        if out.exists() and not record.is_ours(case_id, out):
            notes = [f"{_CHANGED} anew: delete {out}"]
            return _prediction(case_id, "kept", begin, notes)
        try:
            case = self.open_case(source)
            made_of = self._made_of(fingerprint, case)
            if record.is_made_of(case_id, out, made_of):
                return _prediction(case_id, "kept", begin, record.row(case_id)["notes"])
            labels, findings = segment(case)
            content = self.encode(out, labels, case)
        except (UserError, OSError) as error:
            # An older output must not stand in for the one that failed.
            row = _prediction(case_id, "failed", begin, [_in_words(error)])
            record.remove(out, asdict(row) | {"source": made_of})
        else:
            row = _prediction(case_id, "written", begin, map(_as_note, findings))
            record.write(out, content, asdict(row) | {"source": made_of})
        return row

    def _output(self, folder, case_id):
        return folder / f"{case_id}{self.ending}"

    def _made_of(self, fingerprint, case):
        """Returns a hash of all that decides a case's labels."""
        return digest([fingerprint, *map(sha256, self.images(case))])


def record_of(out):
    """Returns the `Record` of one file that is to be written.

    Args:
        out: its path.

    Raises:
        UserError: there is a file that no prediction has written.
    """
    record = Record(out)
    if os.path.lexists(out) and not record.is_ours(out.name, out):
        raise _foreign(out)
    return record


def _same(one, other):
    """Whether two paths are one file."""
    one, other = Path(one), Path(other)
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _foreign(path, more=0):
    also = f", and {more} more of the kind" if more else ""
    return UserError(
        path,
        "no file, or one that a prediction has written and nobody has changed since",
        f"another file{also}",
        "choose another --out, or move what is there",
    )


def _prediction(case_id, status, begin, notes):
    seconds = round(time.perf_counter() - begin, 1)
    return Prediction(case_id, status, seconds, tuple(notes))


def _as_note(finding):
    return f"{finding.severity}: {finding.file}: {finding.found}; {finding.fix}"


def _in_words(error):
    if isinstance(error, UserError):
        return str(error)
    return f"{error.filename or 'a file'}: {describe_os_error(error)}"
