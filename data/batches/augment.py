"""One random change of an example, drawn before it is applied; can be logged."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, special

from data.batches.symmetry import apply_symmetry


@dataclass(frozen=True)
class Augmentation:
    """What is done to an image and its labels, in this order.

    Args:
        scale: factor by which the content grows along each axis, about the
            center; empty for none.
        angle: rotation in degrees in the plane of the last two axes, from the first
            of them towards the second, as in `numpy.rot90`.
        flips: whether each axis is mirrored; empty for none.
        symmetry: number of a symmetry of the square or cube (`data.batches.symmetry`).
    """

    scale: tuple[float, ...] = ()
    angle: float = 0.0
    flips: tuple[bool, ...] = ()
    symmetry: int = 0

    def row(self):
        """Returns the columns of a log; `from_row` is the inverse."""
        return {
            "scale": " ".join(map(repr, self.scale)),
            "angle": self.angle,
            "flips": " ".join(str(int(flip)) for flip in self.flips),
            "symmetry": self.symmetry,
        }

    @classmethod
    def from_row(cls, row):
        """Returns the augmentation of a row of a log.

        Args:
            row: what `row` returned, as a dictionary of text or numbers.
        """
        return cls(
            tuple(float(factor) for factor in row["scale"].split()),
            float(row["angle"]),
            tuple(flip == "1" for flip in row["flips"].split()),
            int(row["symmetry"]),
        )

    def apply(self, image, labels=None):
        """Changes an image and its labels together.

        What comes in from outside is 0, as is the background of a normalized image.
        The input is not modified.

        Args:
            image: `(height, width, channels)` or
                `(depth, height, width, channels)`; interpolated linearly.
            labels: the same shape without channels, or None; interpolated by nearest
                neighbor.

        Returns:
            `(image, labels)`, contiguous, of the types of the input.
        """
        rank = image.ndim - 1
        changed = [self._apply(image, rank, order=1)]
        changed.append(None if labels is None else self._apply(labels, rank, order=0))
        return tuple(changed)

    def _apply(self, array, rank, order):
        if self.angle or any(factor != 1 for factor in self.scale):
            array = _warp(array, rank, self._inverse_map(rank), order)
        array = np.flip(array, [axis for axis, flip in enumerate(self.flips) if flip])
        if self.symmetry:
            array = apply_symmetry(array, self.symmetry, rank)
        return np.ascontiguousarray(array)

    def _inverse_map(self, rank):
        """Returns the matrix from offsets in the result to offsets in the input."""
        # In degrees, exact at quarter turns: rounding would lose voxels at the border.
        cos, sin = special.cosdg(self.angle), special.sindg(self.angle)
        turn = np.eye(rank)
        turn[-2:, -2:] = [[cos, sin], [-sin, cos]]
        return np.diag(1 / np.array(self.scale or (1.0,) * rank)) @ turn


def _warp(array, rank, matrix, order):
    """Interpolates at `matrix · (output - center) + center`; 0 outside."""
    center = (np.array(array.shape[:rank]) - 1) / 2
    options = {
        "offset": center - matrix @ center,
        "order": order,
        "prefilter": False,
    }
    if array.ndim == rank:
        return ndimage.affine_transform(array, matrix, **options)
    channels = [
        ndimage.affine_transform(array[..., i], matrix, **options)
        for i in range(array.shape[-1])
    ]
    return np.stack(channels, axis=-1)
