"""Smooth random fields in space: sums of plane waves, fast on regular grids."""

import math

import numpy as np

from data.phantom.portable import cos, lengths, normal, product, sin, uniform


def draw_waves(generator, length, count=12):
    """Draws the waves of one field.

    Args:
        generator: NumPy generator.
        length: typical wavelength in mm.
        count: number of waves.

    Returns:
        Wave vectors along z, y and x in rad per mm and phases in rad, `(count, 4)`.
    """
    vectors = normal(generator, size=(count, 3))
    vectors *= 2 * math.pi / length / lengths(vectors)
    vectors *= uniform(generator, 0.75, 1.35, (count, 1))
    return np.hstack([vectors, uniform(generator, 0, 2 * math.pi, (count, 1))])


def wave_field(axes, waves):
    """Sums waves over a grid.

    A plane wave is the product of three waves along the axes, so that the sum of many
    waves is a matrix product and costs little more than one wave.

    Args:
        axes: positions along z, y and x in mm, three vectors.
        waves: what `draw_waves` returned.

    Returns:
        A field of zero mean and unit variance, float32 `(depth, height, width)`.
    """
    (z, y, x), (*vectors, phase) = axes, waves.T
    angles = [
        np.multiply.outer(axis, vector)
        for axis, vector in zip((z, y, x), vectors, strict=True)
    ]
    angles[0] = angles[0] + phase
    (cos_z, cos_y, cos_x), (sin_z, sin_y, sin_x) = map(cos, angles), map(sin, angles)
    # The cosine and the sine of the sum of the first two angles.
    cosine = cos_z[:, None] * cos_y - sin_z[:, None] * sin_y
    sine = sin_z[:, None] * cos_y + cos_z[:, None] * sin_y
    left = np.concatenate([cosine, -sine], 2)
    right = np.concatenate([cos_x, sin_x], 1)
    field = product(left, right.T) * math.sqrt(2 / len(waves))
    return field.astype(np.float32)
