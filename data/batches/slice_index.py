"""All axial slices of some cases, by number: what lies in them, not their voxels."""

from dataclasses import dataclass

import numpy as np

from common.errors import UserError


@dataclass(frozen=True, eq=False)
class SliceIndex:
    """A table of slices, a row each.

    Args:
        case_ids: the cases, in order.
        case: position of each slice's case in `case_ids`, `(slices,)`.
        z: position of each slice in its whole volume, `(slices,)`.
        counts: `(slices, 6)`: voxels of the brain, then of label 0 to 4.
    """

    case_ids: tuple[str, ...]
    case: np.ndarray
    z: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, cache, case_ids):
        """Returns all slices of some cases; no image is read.

        Args:
            cache: a `data.prepared.volume_cache.VolumeCache` that holds the cases.
            case_ids: the cases.

        Raises:
            UserError: the cases' slices are not of one size.
        """
        infos = [cache.info(case_id) for case_id in case_ids]
        for case_id, info in zip(case_ids, infos, strict=True):
            if info.shape[1:] != infos[0].shape[1:]:
                raise UserError(
                    case_id,
                    f"slices of {infos[0].shape[1:]} voxels, as of {case_ids[0]}",
                    info.shape[1:],
                    "take cases of one size, or whole volumes resampled to one",
                )
        depths = [info.shape[0] for info in infos]
        return cls(
            tuple(case_ids),
            np.repeat(np.arange(len(infos)), depths),
            np.concatenate([np.arange(depth) for depth in depths]),
            np.concatenate([info.slices for info in infos]),
        )

    def __len__(self):
        return len(self.z)

    @property
    def brain(self):
        """Whether each slice holds brain, `(slices,)`."""
        return self.counts[:, 0] > 0

    @property
    def tumor(self):
        """Whether each slice holds a voxel of any tumor label, `(slices,)`."""
        return self.counts[:, 2:].any(axis=1)

    def take(self, rows):
        """Returns an index of some rows: numbers, or a mask."""
        return SliceIndex(
            self.case_ids, self.case[rows], self.z[rows], self.counts[rows]
        )
