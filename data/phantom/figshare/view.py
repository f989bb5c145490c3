"""Where a slice of the figshare phantom lies in the head."""

from dataclasses import dataclass

import numpy as np

from data.phantom.portable import cos, sin

PLANES = ("axial", "coronal", "sagittal")
FIELD = 0.49 * 512  # mm, the width of an image
# The axis perpendicular to each plane, and the two within it: right, and down or up.
AXIS = {"axial": 2, "coronal": 1, "sagittal": 0}
_WITHIN = {"axial": (0, 1), "coronal": (0, 2), "sagittal": (1, 2)}


@dataclass(frozen=True)
class View:
    """One slice through the head: from mm in the head to pixels and back.

    In the head, x runs from ear to ear, y from the face to the back and z upwards, all
    in mm from the center of the brain.

    Args:
        plane: `"axial"`, `"coronal"` or `"sagittal"`.
        offset: position along the axis perpendicular to the plane, mm.
        size: height and width of the image in pixels.
        angle: rotation within the plane, radians.
        shift: shift within the plane, mm, right and down.
    """

    plane: str
    offset: float
    size: int
    angle: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)

    def grid(self):
        """Returns x, y and z of each pixel in mm, `(3, size, size)` float32."""
        steps = np.arange(self.size, dtype=np.float32)
        return self.head(np.stack(np.meshgrid(steps, steps)))

    def head(self, pixels):
        """Maps pixels to points in the head.

        Args:
            pixels: x and y in pixels, `(2, …)`.

        Returns:
            x, y and z in mm, `(3, …)` float32.
        """
        right = (pixels[0] - self.size / 2 + 0.5) * self._pixel - self.shift[0]
        down = (pixels[1] - self.size / 2 + 0.5) * self._pixel - self.shift[1]
        cosine, sine = float(cos(self.angle)), float(sin(self.angle))
        first = cosine * right + sine * down
        second = cosine * down - sine * right
        points = np.full((3, *first.shape), self.offset, np.float32)
        right_axis, down_axis = _WITHIN[self.plane]
        points[right_axis] = first
        points[down_axis] = second if self.plane == "axial" else -second
        return points

    def pixels(self, points):
        """Maps points in the head to pixels.

        Args:
            points: x, y and z in mm, `(3, …)`.

        Returns:
            x and y in pixels, `(2, …)`.
        """
        right_axis, down_axis = _WITHIN[self.plane]
        first = points[right_axis]
        second = points[down_axis] * (1 if self.plane == "axial" else -1)
        cosine, sine = float(cos(self.angle)), float(sin(self.angle))
        right = cosine * first - sine * second + self.shift[0]
        down = sine * first + cosine * second + self.shift[1]
        return np.stack([right, down]) / self._pixel + self.size / 2 - 0.5

    @property
    def _pixel(self):
        return FIELD / self.size
