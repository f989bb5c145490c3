"""Where the input of a network lies in the whole grid of a case, and the way back."""

from dataclasses import dataclass

import numpy as np

from data.volume.resampling import resample, resample_labels


@dataclass(frozen=True)
class Placement:
    """A window of the whole grid, resampled to the size of a network's input.

    All sizes are `(depth, height, width)` in voxels.

    Args:
        grid: size of the whole grid.
        start: the window's first voxel in the grid; may be negative.
        size: the window's size.
        shape: size of the input; if it differs from the size of the window, voxels
            become larger or smaller, along each axis by its own factor.
    """

    grid: tuple[int, int, int]
    start: tuple[int, int, int]
    size: tuple[int, int, int]
    shape: tuple[int, int, int]

    @classmethod
    def resized(cls, info, shape):
        """Returns the placement of the foreground box, resampled to `shape`.

        Args:
            info: the case's `data.prepared.volume_info.VolumeInfo`.
            shape: size of the input.
        """
        return cls(info.shape, info.start, info.size, tuple(shape))

    @classmethod
    def cropped(cls, info, shape, center="foreground"):
        """Returns the placement of a window of `shape` with the voxel size of the grid.

        Whatever lies outside of the grid is zero.

        Args:
            info: the case's `data.prepared.volume_info.VolumeInfo`.
            shape: size of the input.
            center: what the window is centered on: `"foreground"`, the foreground box,
                or `"grid"`, the whole grid.

        Raises:
            ValueError: `center` is neither of the two.
        """
        if center not in ("foreground", "grid"):
            raise ValueError(
                f"Expected 'foreground' or 'grid'. Received: center={center!r}"
            )
        boxes = {"foreground": (info.start, info.size), "grid": ((0, 0, 0), info.shape)}
        start = tuple(
            first + (length - wanted) // 2
            for first, length, wanted in zip(*boxes[center], shape, strict=True)
        )
        return cls(info.shape, start, tuple(shape), tuple(shape))

    def restore(self, volume):
        """Puts the output of a network back into the whole grid.

        Args:
            volume: `(*shape, channels)`, such as probabilities; resampled linearly.

        Returns:
            float32 `(*grid, channels)`, 0 outside of the window.
        """
        return self._paste(resample(volume, self.size))

    def restore_labels(self, labels):
        """Puts labels of the size of the input back into the whole grid.

        Args:
            labels: integers of shape `shape`; resampled by nearest neighbor.

        Returns:
            An array of the same type and of shape `grid`, 0 outside of the window.
        """
        return self._paste(resample_labels(labels, self.size))

    def _paste(self, window):
        start = np.array(self.start)
        low, high = np.maximum(start, 0), np.minimum(start + self.size, self.grid)
        high = np.maximum(low, high)
        whole = np.zeros((*self.grid, *window.shape[3:]), window.dtype)
        there = tuple(map(slice, low, high))
        whole[there] = window[tuple(map(slice, low - start, high - start))]
        return whole
