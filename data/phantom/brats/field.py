"""Smooth random fields in space: sums of plane waves, fast on regular grids."""

import numpy as np


def draw_waves(generator, length, count=12):
    """Draws the waves of one field.

    Args:
        generator: NumPy generator.
        length: typical wavelength in mm.
        count: number of waves.

    Returns:
        Wave vectors along z, y and x in rad per mm and phases in rad, `(count, 4)`.
    """
    vectors = generator.normal(size=(count, 3))
    vectors *= 2 * np.pi / length / np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors *= generator.uniform(0.75, 1.35, (count, 1))
    return np.hstack([vectors, generator.uniform(0, 2 * np.pi, (count, 1))])


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
    along_z, along_y, along_x = (
        np.exp(1j * np.outer(axis, vector))
        for axis, vector in zip((z, y, x), vectors, strict=True)
    )
    left = (along_z * np.exp(1j * phase))[:, None] * along_y
    left = np.concatenate([left.real, -left.imag], 2).astype(np.float32)
    right = np.concatenate([along_x.real, along_x.imag], 1).astype(np.float32)
    return left @ right.T * np.float32(np.sqrt(2 / len(waves)))
