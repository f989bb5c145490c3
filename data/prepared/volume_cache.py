"""Prepared volumes on disk: any window of a case can be read without the rest."""

import math

import numpy as np

from data.brats.releases import GRID, MODALITIES
from data.prepared.case_cache import CaseCache
from data.prepared.volume_info import VolumeInfo

# Milliseconds of one core to read an axial slice, a patch of 19x64x64 voxels in the
# axial, sagittal and coronal view, and the box of 146x171x136 voxels (four
# modalities, int16), by the shape of the chunks:
#   one slice (1, 171, 136)   0.4   1.7  4.3  4.8   17
#   (4, 32, 32)               1.0   1.3  1.6  1.5   30
#   (8, 32, 32)               1.3   1.2  1.8  1.6   27
#   (4, 64, 64)               0.9   1.5  2.2  2.0   25
#   the whole box            18    18   18   18     35
# gzip and lzf save 3/4 of the disk, and reading (8, 32, 32) is 3 to 5 times slower.
_CHUNK = (4, 32, 32)

# Share of the grid, counted in whole chunks, that the foreground box of a head fills:
# 0.26 to 0.45 in real cases (of 2015, 2017 and 2021), and some room for larger heads.
_MAX_FOREGROUND = 0.55


class VolumeCache(CaseCache):
    """Raw or bias-corrected volumes, cropped to their foreground boxes.

    Intensities are stored as they are, beside their statistics: a normalization
    needs only two numbers per modality at reading, so that all normalizations share
    one cache.

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
        """Writes one case, completely or not at all.

        Args:
            case_id: the case.
            source: digest of what the case was made from.
            info: the `VolumeInfo` that `data.prepared.pack.pack_volume` returned.
            arrays: the arrays that it returned.

        Raises:
            UserError: the folder cannot be written or the disk is full.
        """
        attributes = {
            "shape": info.shape,
            "start": info.start,
            "affine": info.affine,
            # One text of fixed length: strings of variable length have no checksum.
            "modalities": np.bytes_(",".join(info.modalities)),
            **{f"statistics_{name}": value for name, value in info.statistics.items()},
        }
        if info.dropped:  # only then, so that all other files are those of before
            attributes["dropped"] = info.dropped
        chunks = {name: _chunk(array.shape) for name, array in arrays.items()}
        arrays = {**arrays, "slices": info.slices}
        self.write(case_id, source, arrays, chunks, attributes)

    def size_on_disk(self, arrays):
        """Returns how many bytes the arrays of one case take, in whole chunks.

        Args:
            arrays: the arrays by name.
        """
        return sum(_padded(x.shape) * x.itemsize for x in arrays.values())

    def max_size_on_disk(self, shape):
        """Returns how many bytes a case should take at most, before it is read.

        On the grid of the releases a head fills only a certain share; any other grid
        may be a crop that is all foreground. Intensities that are not integers take
        twice as many bytes without N4; no release has such, and headers do not tell.

        Args:
            shape: `(depth, height, width)` of the whole grid in voxels.
        """
        voxels = _padded(shape) * (_MAX_FOREGROUND if shape == GRID else 1)
        intensity = np.dtype(np.int16 if self.n4 is None else np.float32)
        # Plus one byte each for the labels and the brain.
        return math.ceil(voxels * (len(MODALITIES) * intensity.itemsize + 2))

    def info(self, case_id):
        """Returns the `VolumeInfo` of one case; no voxel is read.

        Args:
            case_id: the case.

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
                dropped=int(attributes.get("dropped", 0)),
            )

    def window(self, case_id, names, start, size):
        """Reads a window of some arrays of one case.

        Args:
            case_id: the case.
            names: among `"images"`, `"labels"` and `"brain"`.
            start: first voxel `(depth, height, width)` in the whole grid; may be
                negative.
            size: `(depth, height, width)` in voxels.

        Returns:
            A list of arrays of shape `size`, `"images"` with a last axis of
            channels, in the stored types; zero outside of the foreground box and
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
