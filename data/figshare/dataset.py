"""The figshare CE-MRI brain tumor data set, or a phantom of it, as cases."""

from pathlib import Path

from common.errors import UserError
from common.files import digest
from data.case import Case
from data.figshare.check import check_figshare
from data.figshare.layout import (
    GROUPS,
    PLANES,
    TOTAL,
    find_cvind,
    read_phantom_settings,
    slice_files,
)
from data.figshare.mat_reader import (
    digest_slice,
    read_cvind,
    read_header,
    read_slice,
)
from data.folder_notes import read_own_name
from data.known_digests import KnownDigests

_SPACING_512 = 0.49  # mm per pixel (README of the data set)


class FigshareDataset:
    """The slices of a folder in order of their index; it may hold any subset.

    A case's id is its file's stem (`"1533"`), its group the tumor type, its one
    modality `"T1c"`; image and mask are in one file.

    Attributes:
        name: `"figshare"`; `"phantom"` if our writer made the folder; or the name in
            `dataset.json`, for the user's own slices.
        root: the folder.
        total: number of images of the complete data set, for the coverage.
        author_folds: the author's patient fold, 1 to 5, of each case by id; None if
            there is no `cvind.mat` in the folder or above it.
        left_out: files and folders beside the slices that are none.
        digests: the `KnownDigests` of the files, which may remember them on disk.

    Args:
        root: folder with `<index>.mat` files of 256 or 512 pixels.

    Raises:
        UserError: the folder holds no slices, an index occurs twice or is unknown,
            or a file cannot be read.
    """

    def __init__(self, root):
        self.root = Path(root)
        self._phantom = read_phantom_settings(self.root)
        self.name, self.total = "figshare", TOTAL
        if self._phantom is not None:
            self.name, self.total = "phantom", self._phantom["count"]
        own, (slices, self.left_out) = read_own_name(self.root), slice_files(self.root)
        if own is not None:
            self.name, self.total = own, len(slices)
        self._cases, self._index, self._sizes, self._sources = [], {}, {}, {}
        for index, path in slices:
            self._add(index, path)
        self.author_folds = self._read_author_folds()
        self._fingerprint, self.digests = None, KnownDigests()

    def __len__(self):
        return len(self._cases)

    def __getitem__(self, position):
        return self._cases[position]

    def __iter__(self):
        return iter(self._cases)

    def labeled(self):
        """Returns this data set, all of whose cases have labels."""
        return self

    def read(self, case):
        """Reads the `Slice` of a case.

        Args:
            case: a case of this data set.

        Raises:
            UserError: its file cannot be used.
        """
        return read_slice(case.label)

    def plane(self, case):
        """Returns the plane of a case.

        Args:
            case: a case of this data set.

        Returns:
            `"axial"`, `"coronal"` or `"sagittal"`, or None if unknown.
        """
        if self._phantom is not None:
            return self._phantom["planes"].get(case.id)
        return PLANES[self._index[case.id]] if self._is_known() else None

    def spacing(self, case):
        """Returns the size of the pixels in mm, derived from the width of the image.

        Args:
            case: a case of this data set.
        """
        return _SPACING_512 * 512 / self._sizes[case.id][1]

    def fingerprint(self):
        """Returns what identifies the data set: a hash of all ids and their slices.

        Two folders have the same fingerprint if their files have the same names and
        fields, whatever type and compression stores them. Every file is read once, or
        not at all where `digests` remembers it.
        """
        if self._fingerprint is None:
            self._fingerprint = digest([[c.id, self.source(c)] for c in self._cases])
            self.digests.save()
        return self._fingerprint

    def source(self, case):
        """Returns a hash of the fields of a case (computed once).

        Args:
            case: a case of this data set.

        Raises:
            UserError: the file cannot be read at all.
        """
        if case.id not in self._sources:
            self._sources[case.id] = self.digests.of(case.label, digest_slice)
        return self._sources[case.id]

    def check(self):
        """Returns a list of every `Finding` about the folder; reads all files."""
        return check_figshare(self.root)

    @property
    def is_own(self):
        """Whether these are a user's own data."""
        return not self._is_known()

    def _is_known(self):
        """Whether this is the data set itself or its phantom."""
        return self.name == "figshare" or self._phantom is not None

    def _add(self, index, path):
        if self._is_known() and not 1 <= index <= self.total:
            raise UserError(
                path,
                f"an index from 1 to {self.total}",
                index,
                "move the file elsewhere: it is not part of this data set",
            )
        if self._cases and index == self._index[self._cases[-1].id]:
            raise UserError(
                path,
                "each index once",
                f"{self._cases[-1].label.name} and {path.name}",
                "delete one of the two",
            )
        patient, label, size = read_header(path)
        case = Case(path.stem, patient or None, GROUPS[label], {"T1c": path}, path)
        self._cases.append(case)
        self._index[case.id], self._sizes[case.id] = index, size

    def _read_author_folds(self):
        path = find_cvind(self.root, is_phantom=self._phantom is not None)
        if path is None or not self._is_known():
            return None
        folds = read_cvind(path)
        if len(folds) != self.total:
            raise UserError(
                path,
                f"a fold for each of {self.total} images",
                f"{len(folds)} folds",
                "replace the file with that of the data set, or delete it",
            )
        return {case_id: folds[index - 1] for case_id, index in self._index.items()}
