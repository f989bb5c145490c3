"""What data sets of four modalities and label maps share, whatever their files."""

import copy
import re
from abc import ABC, abstractmethod
from pathlib import Path

from common.errors import UserError
from common.files import digest
from data.brats.labels import from_canonical, to_canonical
from data.brats.layout import is_phantom
from data.brats.releases import GRID, MODALITIES
from data.folder_notes import read_own_name
from data.integrity import check_command
from data.known_digests import KnownDigests, require_unchanged
from data.volume.files import digest_volume, read_volume, write_labels


class VolumeDataset(ABC):
    """Cases in order of id, read in the orientation of BraTS.

    A case's `images` has the paths of `MODALITIES`.

    Attributes:
        name: the release; `"phantom"` if our writer made the folder; the name in
            `dataset.json`, for a user's own data; or `"<release>-<folder>"` if the
            volumes are not on the grid of the release.
        root: the data set's folder, or the one that holds it.
        release: name of the release, such as `"brats17"`.
        is_own: whether these are a user's own data, by `dataset.json`.
        total: number of cases in the training set of the release, or of all cases
            if the data is not of the release.
        digests: the `KnownDigests` of the files, which may remember them on disk.

    Args:
        root: the folder that the user named.
        folder: the data set's own folder.
        release: the `data.brats.releases.Release`.
        cases: the list of `Case`.

    Raises:
        UserError: the first case cannot be read.
    """

    def __init__(self, root, folder, release, cases):
        self.root = Path(root)
        self._release = release
        self.release, self.total = release.name, release.total
        self._cases = cases
        self._geometries, self._sources = {}, {}
        self.digests = KnownDigests()
        self.name = self._find_name(folder)
        self.is_own = read_own_name(folder) is not None
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

    @property
    def arguments(self):
        """What its class is called with, such as by another process."""
        return (self.root,)

    @abstractmethod
    def read_images(self, case):
        """Reads all modalities of a case.

        Args:
            case: a case of this data set.

        Returns:
            Arrays `(depth, height, width)` of the type of the file, by modality in the
            order of `MODALITIES`.

        Raises:
            UserError: a file cannot be used, or does not have the shape, axes and
                spacing of the case.
        """

    @abstractmethod
    def read_image(self, case, modality):
        """Reads one modality of a case.

        Args:
            case: a case of this data set.
            modality: one of `MODALITIES`.

        Returns:
            An array `(depth, height, width)` of the type of the file.

        Raises:
            UserError: as for `read_images`.
            ValueError: there is no such modality.
        """

    @abstractmethod
    def geometry(self, case):
        """Returns the `Geometry` of a case's volumes as they are read.

        Args:
            case: a case of this data set.

        Raises:
            UserError: the file's header cannot be read.
        """

    @abstractmethod
    def place_of(self, case):
        """Returns the file or folder to name where a case as a whole is at fault."""

    @abstractmethod
    def check(self):
        """Returns a list of every `Finding` about the folder; reads all files."""

    @abstractmethod
    def _image_digests(self, case):
        """Returns the hashes of a case's images."""

    def _turned(self, array, case):
        """Turns a volume of a case from the order of its file to that of BraTS."""
        return array

    def _turned_back(self, array, case):
        return array

    def _file_geometry(self, case):
        """Returns the `Geometry` of a case's volumes in the order of its file."""
        return self.geometry(case)

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
                it has changed since its digest was computed; or the case is not
                oriented like those of BraTS.
        """
        if case.label is None:
            return None
        labels = to_canonical(self._read(case, case.label), self._release, case.label)
        # Scores would be filed under the fingerprint of what it was before a training.
        require_unchanged(self.digests.states([case.label]))
        return labels

    def source(self, case):
        """Returns a hash of the voxels of a case and their meaning (computed once).

        Args:
            case: a case of this data set.

        Raises:
            UserError: a file cannot be read at all.
        """
        if case.id not in self._sources:
            found = list(self._image_digests(case))
            if case.label is not None:
                found.append(self.digests.of(case.label, digest_volume))
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
        values = self._turned_back(from_canonical(labels, self._release), case)
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

    def _read(self, case, path):
        """Reads a file of one volume, in the orientation of BraTS."""
        array, geometry = read_volume(path)
        self._require_grid(case, path, geometry)
        return self._turned(array, case)

    def _require_grid(self, case, path, geometry):
        """Refuses a file whose grid is not that of its case.

        Args:
            case: a case of this data set.
            path: the file.
            geometry: the file's `Geometry`.

        Raises:
            UserError: shape, axes or spacing are others.
        """
        of_case = self._file_geometry(case)
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


def refuse_other_modality(modality):
    """Refuses what is none of `MODALITIES`.

    Raises:
        ValueError: there is no such modality.
    """
    if modality not in MODALITIES:
        raise ValueError(f"Expected one of {MODALITIES}. Received: modality={modality}")
