"""BraTS data sets of any release, or a phantom of one, as cases."""

import copy
import re
from pathlib import Path

from common.errors import UserError
from common.files import digest
from data.brats.labels import from_canonical, to_canonical
from data.brats.layout import find_layout, is_phantom
from data.brats.releases import GRID, MODALITIES
from data.case import Case
from data.folder_notes import read_own_name
from data.integrity import check_command
from data.known_digests import KnownDigests
from data.volume.files import digest_volume, read_geometry, read_volume, write_labels
from data.volume.orientation import require_brats_axes


class BratsDataset:
    """The cases of a folder in order of id; it may hold any subset of a release.

    A case's `images` has the paths of `MODALITIES`, its `group` is the grade (`"HGG"`,
    `"LGG"`, or `""` if the release has none), and its `patient` is what all exams of
    the patient share.

    Attributes:
        name: the release; `"phantom"` if our writer made the folder; the name in
            `dataset.json`, for a user's own data; or `"<release>-<folder>"` if the
            volumes are not on the grid of the release.
        root: the data set's folder, or the one that holds it.
        release: `"brats13"`, `"brats15"`, `"brats17"` to `"brats21"` or
            `"brats23"`.
        is_own: whether these are a user's own data, by `dataset.json`.
        total: number of cases in the training set of the release, or of all cases
            if the data is not of the release.
        digests: the `KnownDigests` of the files, which may remember them on disk.

    Args:
        root: the data set's folder, a grade folder of it, or a folder above it.
        release: name of the release, or None to infer it from the names.

    Raises:
        UserError: no case was recognized, or there are cases of several releases; a
            case lacks a modality or occurs twice; the first one cannot be read or
            is not oriented like those of BraTS.
    """

    def __init__(self, root, release=None):
        self.root = Path(root)
        layout = find_layout(root, release)
        self._release = layout.release
        self.release, self.total = layout.release.name, layout.release.total
        _check_complete(layout)
        self._cases = [_as_case(files) for files in layout.cases]
        self._geometries, self._sources = {}, {}
        self.digests = KnownDigests()
        self.name = self._find_name(layout.root)
        self.is_own = read_own_name(layout.root) is not None
        if self.name != self.release:
            self.total = len(self._cases)

    def __len__(self):
        return len(self._cases)

    def __getitem__(self, position):
        return self._cases[position]

    def __iter__(self):
        return iter(self._cases)

    def labeled(self):
        """Returns this data set without the cases that have no labels."""
        found = copy.copy(self)
        found._cases = [case for case in self._cases if case.label is not None]
        return found

    def read_image(self, case, modality):
        """Reads one modality of a case.

        Args:
            case: a case of this data set.
            modality: one of `MODALITIES`.

        Returns:
            An array `(depth, height, width)` of the type of the file.

        Raises:
            UserError: the file cannot be used, does not have the shape, axes and
                spacing of the case, or the case is not oriented like those of BraTS.
            ValueError: there is no such modality.
        """
        if modality not in MODALITIES:
            raise ValueError(
                f"Expected one of {MODALITIES}. Received: modality={modality}"
            )
        return self._read(case, case.images[modality])

    def read_labels(self, case):
        """Reads the canonical labels of a case; returns None if it has none.

        Args:
            case: a case of this data set.

        Returns:
            uint8 `(depth, height, width)`: 0 background, 1 necrosis, 2 edema, 3
            non-enhancing tumor (2013 and 2015 only), 4 enhancing tumor.

        Raises:
            UserError: the file cannot be used, does not have the shape, axes and
                spacing of the case, or holds values that the release does not have;
                or the case is not oriented like those of BraTS.
        """
        if case.label is None:
            return None
        return to_canonical(self._read(case, case.label), self._release, case.label)

    def geometry(self, case):
        """Returns the `Geometry` of a case, which is that of its first modality.

        Args:
            case: a case of this data set.

        Raises:
            UserError: the file's header cannot be read, or its axes do not grow
                to the left, back and top.
        """
        if case.id not in self._geometries:
            path = case.images[MODALITIES[0]]
            geometry = read_geometry(path)
            require_brats_axes(path, geometry.affine)
            self._geometries[case.id] = geometry
        return self._geometries[case.id]

    def source(self, case):
        """Returns a hash of the voxels of a case and their meaning (computed once).

        Args:
            case: a case of this data set.

        Raises:
            UserError: a file cannot be read at all.
        """
        if case.id not in self._sources:
            paths = [case.images[name] for name in MODALITIES]
            paths += [] if case.label is None else [case.label]
            found = [self.digests.of(path, digest_volume) for path in paths]
            self._sources[case.id] = digest([self.release, *found])
        return self._sources[case.id]

    def fingerprint(self):
        """Returns what identifies the data set: a hash of all ids, voxels and places.

        Two folders have the same fingerprint if their cases have the same ids, the
        same values in each voxel and the same geometry, whatever type and compression
        the files have. Every file is read once, or not at all where `digests`
        remembers it.
        """
        found = digest([[case.id, self.source(case)] for case in self._cases])
        self.digests.save()
        return found

    def check(self):
        """Returns a list of every `Finding` about the folder; reads all files."""
        # Imported here because it needs pandas and SciPy's statistics, which no other
        # user of this class needs: processes of the preparation start sooner.
        from data.brats.check import check_brats

        return check_brats(self.root, self.release)

    def write_prediction(self, case, labels, path):
        """Writes a prediction in the space of the case, with the values of the release.

        Args:
            case: a case of this data set.
            labels: canonical labels `(depth, height, width)`, of any integer type.
            path: `.nii`, `.nii.gz` or `.mha` file to write.

        Raises:
            UserError: the file cannot be written.
            ValueError: the shape is not that of the case, or the release has no such
                label.
        """
        values = from_canonical(labels, self._release)
        write_labels(path, values, case.images[MODALITIES[0]])

    def read_prediction(self, case, path):
        """Reads the canonical labels of a file that `write_prediction` wrote.

        Args:
            case: a case of this data set.
            path: the file.

        Returns:
            uint8 `(depth, height, width)`.

        Raises:
            UserError: the file cannot be used, or does not have the shape, axes and
                spacing of the case.
        """
        return to_canonical(self._read(case, path), self._release, path)

    def upload_name(self, case, name):
        """Returns the file name under which 2013 and 2015 accept a prediction.

        Args:
            case: a case of one of these releases.
            name: any name without dots, such as that of the method.

        Returns:
            `"VSD.<name>.<number of the case's Flair file>.mha"`.

        Raises:
            ValueError: the release does not number its files.
        """
        number = self._release.number("flair", case.images["flair"].name)
        if number is None:
            raise ValueError(f"Expected a case of 2013 or 2015. Received: {case.id}")
        return f"VSD.{name}.{number}.mha"

    def _read(self, case, path):
        array, geometry = read_volume(path)
        of_case = self.geometry(case)
        if geometry.shape != of_case.shape:
            raise UserError(
                path,
                f"the shape of the case, {of_case.shape} (depth, height, width)",
                geometry.shape,
                check_command(self.release, self.root),
            )
        # Voxels are compared by index: in the releases as published, origins differ.
        if not geometry.same_axes(of_case):
            raise UserError(
                path,
                f"the axes and spacing of the case, {of_case.rounded_axes()}",
                geometry.rounded_axes(),
                check_command(self.release, self.root),
            )
        return array

    def _find_name(self, folder):
        # Whatever the name is: refused now, and not after all files have been hashed.
        shape = self.geometry(self._cases[0]).shape
        own = read_own_name(folder)
        if own is not None:
            return own
        if is_phantom(folder):
            return "phantom"
        if shape == GRID:
            return self.release
        return (
            f"{self.release}-{re.sub(r'[^A-Za-z0-9_-]+', '-', folder.resolve().name)}"
        )


def _as_case(files):
    label = files.files["seg"]
    return Case(
        id=files.id,
        patient=files.patient,
        group=files.group,
        images={name: files.files[name][0] for name in MODALITIES},
        label=label[0] if label else None,
    )


def _check_complete(layout):
    """Refuses cases that cannot be read; the check lists everything wrong."""
    release, command = layout.release, check_command(layout.release.name, layout.root)
    seen = {}
    for case in layout.cases:
        if case.error:
            raise case.error
        for name in case.missing:
            expected = f"the file {release.file_name(name, case.folder.name)}"
            raise UserError(case.folder, expected, "no such file", command)
        for role in case.duplicated:
            names = ", ".join(path.name for path in case.files[role])
            raise UserError(case.folder, f"one {role} file", names, command)
        if case.id in seen:
            received = f"{seen[case.id]} too"
            raise UserError(case.folder, f"one case {case.id}", received, command)
        seen[case.id] = case.folder
