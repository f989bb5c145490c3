"""All axial slices of some cases: what each of them shows, not their voxels."""

from dataclasses import dataclass

import numpy as np

from common.errors import UserError


@dataclass(frozen=True, eq=False)
class SliceIndex:
    """A table of slices, one row per slice.

    Args:
        case_ids: the cases, in order.
        case: position of each slice's case in `case_ids`, `(slices,)`.
        z: position of each slice in its whole volume, `(slices,)`.
        counts: `(slices, 6)`: number of voxels of the brain, then of the labels 0 to 4.
    """

    case_ids: tuple[str, ...]
    case: np.ndarray
    z: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, cache, case_ids):
        """Returns the index of all slices of some cases; no image is read.

        Args:
            cache: a `data.prepared.volume_cache.VolumeCache` that holds the cases.
            case_ids: the cases.

        Raises:
            UserError: the slices of the cases differ in size.
        """
        infos = [cache.info(case_id) for case_id in case_ids]
        for case_id, info in zip(case_ids, infos, strict=True):
            if info.shape[1:] != infos[0].shape[1:]:
                raise UserError(
                    case_id,
                    f"slices of {infos[0].shape[1:]} voxels, as in {case_ids[0]}",
                    info.shape[1:],
                    "resample or crop them, or move cases of other sizes to another "
                    "folder",
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
        """Returns the index of some rows.

        Args:
            rows: their numbers, or a boolean mask `(slices,)`.
        """
        return SliceIndex(
            self.case_ids, self.case[rows], self.z[rows], self.counts[rows]
        )
