"""Prepared volumes on disk: any window of a case without reading the rest."""

import math

import numpy as np

from data.brats.releases import GRID, MODALITIES
from data.prepared.case_cache import CaseCache
from data.prepared.volume_info import VolumeInfo

# Milliseconds of one core to read an axial slice, then a patch of 19x64x64 voxels
# in the axial, sagittal and coronal view, then the box of 146x171x136 voxels, four
# modalities in int16:
#   one slice (1, 171, 136)   0.4   1.7  4.3  4.8   17
#   (4, 32, 32)               1.0   1.3  1.6  1.5   30
#   (8, 32, 32)               1.3   1.2  1.8  1.6   27
#   (4, 64, 64)               0.9   1.5  2.2  2.0   25
#   the whole box            18    18   18   18     35
# gzip and lzf save 3/4 of the disk and read (8, 32, 32) 3 to 5 times more slowly.
_CHUNK = (4, 32, 32)

# Of the voxels of whole chunks that cover the grid of a whole head, those in the
# chunks of its foreground box: 0.40 to 0.45 in real cases (one of 2015, one of
# 2017, two of 2021), and some room for larger heads.
_MAX_FOREGROUND = 0.55


class VolumeCache(CaseCache):
    """Raw or bias-corrected volumes, cropped to their foreground boxes.

    Intensities are stored as they are, beside their statistics: a normalization
    is two numbers a modality when they are read, so that all share one cache.

    Args:
        root: folder of all caches.
        name: readable start of the folder's name.
        fingerprint: hash of the data set.
        n4: the `data.prepared.n4.N4` that corrected the intensities, or None.
    """

    def __init__(self, root, name, fingerprint, n4=None):
        settings = {
            "format": 1,
            "fingerprint": fingerprint,
            "n4": None if n4 is None else n4.settings(),
            "chunk": _CHUNK,
        }
        super().__init__(root, name, settings)
        self.n4 = n4

    def write_volume(self, case_id, source, info, arrays):
        """Writes what `data.prepared.pack.pack_volume` returns, whole or not at all.

        Raises:
            UserError: the folder cannot be written or the disk is full.
        """
        attributes = {
            "shape": info.shape,
            "start": info.start,
            "affine": info.affine,
            # As one text of fixed length: others lie where no checksum is.
            "modalities": np.bytes_(",".join(info.modalities)),
            **{f"statistics_{name}": value for name, value in info.statistics.items()},
        }
        chunks = {name: _chunk(array.shape) for name, array in arrays.items()}
        arrays = {**arrays, "slices": info.slices}
        self.write(case_id, source, arrays, chunks, attributes)

    def size_on_disk(self, arrays):
        """Returns the bytes that the arrays of one case take, in whole chunks."""
        return sum(_padded(x.shape) * x.itemsize for x in arrays.values())

    def most_on_disk(self, shape):
        """Returns the most bytes that a case should take, before it is read.

        Of the grid of all releases the share that a head may fill; any other
        grid may be a crop that is full. Intensities that are not integers take
        twice as many without N4, which no release has and no header tells.

        Args:
            shape: (depth, height, width) of the whole grid in voxels.
        """
        voxels = _padded(shape) * (_MAX_FOREGROUND if shape == GRID else 1)
        intensity = np.dtype(np.int16 if self.n4 is None else np.float32)
        # And a byte each for the labels and the brain.
        return math.ceil(voxels * (len(MODALITIES) * intensity.itemsize + 2))

    def info(self, case_id):
        """Returns the `VolumeInfo` of one case; reads no voxel.

        Raises:
            UserError: the case is missing or its file is damaged.
        """
        with self.open(case_id) as file:
            attributes = file.attrs
            return VolumeInfo(
                shape=tuple(attributes["shape"].tolist()),
                start=tuple(attributes["start"].tolist()),
                size=file["brain"].shape,
                affine=attributes["affine"],
                modalities=tuple(attributes["modalities"].decode().split(",")),
                statistics={
                    name: tuple(attributes[f"statistics_{name}"])
                    for name in ("nonzero", "box")
                },
                slices=file["slices"][...],
            )

    def window(self, case_id, names, start, size):
        """Returns a window of some arrays of one case.

        Args:
            case_id: the case.
            names: among `"images"`, `"labels"` and `"brain"`.
            start: first voxel (depth, height, width) in the whole grid; may be
                negative.
            size: voxels (depth, height, width).

        Returns:
            A list of arrays of shape `size`, `"images"` with a last axis of
            channels, in the stored types: zero outside of the foreground box and
            of the grid.

        Raises:
            UserError: the case or an array is missing (an unlabeled case has no
                `"labels"`), or its file is damaged.
        """
        with self.open(case_id) as file:
            offset = np.subtract(start, file.attrs["start"])
            box = file["brain"].shape
            low = np.clip(offset, 0, box)
            high = np.clip(offset + size, low, box)
            there = tuple(map(slice, low, high))
            here = tuple(map(slice, low - offset, high - offset))
            windows = []
            for name in names:
                stored = file[name]
                window = np.zeros((*size, *stored.shape[3:]), stored.dtype)
                if (high > low).all():
                    window[here] = stored[there]
                windows.append(window)
            return windows


def _chunk(shape):
    return tuple(map(min, (*_CHUNK, *shape[3:]), shape))


def _padded(shape):
    """Returns the number of values in the whole chunks that hold an array."""
    pieces = zip(shape, _chunk(shape), strict=True)
    return math.prod(-(-length // chunk) * chunk for length, chunk in pieces)
