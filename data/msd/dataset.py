"""The brain tumors of the Decathlon, or a phantom of them, as cases."""

import numpy as np

from common.errors import UserError
from data.brats.releases import MODALITIES
from data.brats.volume_dataset import VolumeDataset, refuse_other_modality
from data.case import Case
from data.integrity import check_command
from data.msd.layout import find_layout
from data.volume.channels import (
    digest_channels,
    read_channels,
    read_channels_geometry,
)
from data.volume.orientation import (
    axis_codes,
    brats_geometry,
    from_brats_axes,
    to_brats_axes,
)


class MsdDataset(VolumeDataset):
    """Training cases with labels and test cases without, whichever are there.

    The files' axes grow to the right, front and top; volumes and labels are turned to
    the orientation of BraTS, and predictions are turned back. Nothing tells a case's
    patient or grade: `patient` is None, `group` is `""`. Attributes are those of
    `data.brats.volume_dataset.VolumeDataset`; `total` counts labeled cases.

    Args:
        root: the data set's folder, one of its folders, or the one around it.

    Raises:
        UserError: the folder is not one of the brain tumors of the Decathlon, a case
            is incomplete or occurs twice, or the first one cannot be read.
    """

    def __init__(self, root):
        layout = find_layout(root)
        _check_complete(layout)
        self._channels = layout.description.channels
        self._file_geometries, self._last = {}, (None, None)
        cases = [_as_case(files, self._channels) for files in layout.cases]
        super().__init__(root, layout.root, layout.description.release, cases)
        if self.name != self.release:
            self.total = len(self.labeled())

    def read_images(self, case):
        path = case.images[MODALITIES[0]]
        array, geometry = read_channels(path)
        self._require_channels(path, len(array))
        self._require_grid(case, path, geometry)
        return {
            name: np.ascontiguousarray(self._turned(array[index], case))
            for name, index in self._channels.items()
        }

    def read_image(self, case, modality):
        refuse_other_modality(modality)
        # A file is decoded as a whole: the one read last is kept for its other volumes.
        if self._last[0] != case.id:
            self._last = case.id, self.read_images(case)
        return self._last[1][modality]

    def geometry(self, case):
        if case.id not in self._geometries:
            self._geometries[case.id] = brats_geometry(self._file_geometry(case))
        return self._geometries[case.id]

    def place_of(self, case):
        return case.images[MODALITIES[0]]

    def check(self):
        from data.msd.check import check_msd  # needs pandas, as that of BraTS

        return check_msd(self.root)

    def _image_digests(self, case):
        # What `dataset.json` says is part of what the voxels mean.
        meaning = [self._channels[name] for name in MODALITIES]
        meaning += sorted(self._release.labels.items())
        path = case.images[MODALITIES[0]]
        return [meaning, self.digests.of(path, digest_channels)]

    def _file_geometry(self, case):
        if case.id not in self._file_geometries:
            path = case.images[MODALITIES[0]]
            count, geometry = read_channels_geometry(path)
            self._require_channels(path, count)
            try:
                axis_codes(geometry.affine)
            except ValueError as error:
                command = check_command(self.release, self.root)
                expected = "an affine that gives each axis a direction"
                raise UserError(path, expected, error, command) from error
            self._file_geometries[case.id] = geometry
        return self._file_geometries[case.id]

    def _require_channels(self, path, count):
        if count != len(self._channels):
            raise UserError(
                path,
                f"{len(self._channels)} volumes, as dataset.json says",
                count,
                check_command(self.release, self.root),
            )

    def _turned(self, array, case):
        return to_brats_axes(array, self._file_geometry(case).affine)

    def _turned_back(self, array, case):
        return from_brats_axes(array, self._file_geometry(case).affine)


def _as_case(files, channels):
    label = files.files["seg"]
    return Case(
        id=files.id,
        patient=None,
        group="",
        images={name: files.files[name][0] for name in MODALITIES},
        label=label[0] if label else None,
        channels=channels,
    )


def _check_complete(layout):
    """Refuses cases that cannot be read; the check lists everything wrong."""
    command, seen = check_command("msd", layout.root), {}
    for case in layout.cases:
        images, labels = case.files[MODALITIES[0]], case.files["seg"]
        if not images:
            raise UserError(case.folder, "its image in imagesTr", "none", command)
        if len(images) > 1 or len(labels) > 1 or case.id in seen:
            paths = [*images[1:], *labels[1:], seen.get(case.id)]
            other = next(path for path in paths if path is not None)
            received = f"{other} too"
            raise UserError(case.folder, f"one case {case.id}", received, command)
        seen[case.id] = case.folder
