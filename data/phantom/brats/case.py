"""One case of the BraTS phantom: four modalities of a brain with a tumor."""

import numpy as np

from data.brats.releases import MODALITIES
from data.order import generator
from data.phantom.brats.brain import TISSUES, draw_brain
from data.phantom.brats.field import draw_waves, wave_field
from data.phantom.brats.tumor import draw_tumor
from data.phantom.portable import cbrt, exp, noise, normal, uniform

# The size in mm that the grid has, whatever its shape.
_FIELD = np.array([155.0, 240.0, 240.0])
_REACH = np.array([76.0, 93.0, 79.0])  # of the largest brain from the center, in mm

# Intensities relative to white matter on T1: a row per tissue as in `TISSUES`, a column
# per modality as in `MODALITIES`.
_INTENSITY = np.array(
    [
        [0.58, 1.00, 1.00, 0.50],  # white matter
        [0.73, 0.80, 0.83, 0.66],  # gray matter
        [0.20, 0.36, 0.38, 1.60],  # fluid
        [0.36, 0.72, 1.75, 0.42],  # vessel
        [1.02, 0.86, 0.88, 0.88],  # small lesion of the white matter
        [1.03, 0.80, 0.82, 0.96],  # edema
        [0.90, 0.84, 1.65, 0.84],  # enhancing tumor
        [0.62, 0.52, 0.56, 1.25],  # necrosis
        [0.92, 0.68, 0.72, 0.96],  # non-enhancing tumor
    ],
    np.float32,
)


def draw_case(seed, stream, index, shape, high_grade):
    """Draws the images and the label map of one case.

    Args:
        seed: the phantom's seed.
        stream: number of the stream of random numbers.
        index: number of the case in the stream.
        shape: `(depth, height, width)` in voxels. The brain fills the same share of
            every grid.
        high_grade: whether the tumor is a glioblastoma. Of the others every second
            one, starting with the first, has no enhancing tumor.

    Returns:
        `(images, labels)`, all of this shape: a dictionary of int16 arrays by
        modality, positive in the brain and 0 elsewhere; and canonical labels, uint8.
    """
    draws = generator(seed, stream, index)
    brain = draw_brain(draws)
    tumor = draw_tumor(draws, brain, high_grade, enhances=high_grade or index % 2)
    voxel = _FIELD / shape
    box, axes = [], []
    for size, length, reach in zip(shape, voxel, _REACH, strict=True):
        places = (np.arange(size) - (size - 1) / 2) * length
        near = np.flatnonzero(np.abs(places) <= reach)
        box.append(slice(near[0], near[-1] + 1))
        axes.append(places[near])
    edge = max(1.3, cbrt(np.prod(voxel)))
    shares, mask = brain.paint(axes, edge)
    part = tumor.paint(shares, mask, axes, edge, np.prod(shape))
    labels = np.zeros(shape, np.uint8)
    labels[tuple(box)] = part
    images = {}
    for column, modality in enumerate(MODALITIES):
        draws = generator(seed, stream, index, 1 + column)
        images[modality] = np.zeros(shape, np.int16)
        images[modality][tuple(box)] = _image(draws, shares, mask, axes, column)
    return images, labels


def _image(draws, shares, mask, axes, column):
    """Draws one modality, an int16 array of the shape of the mask."""
    table = _INTENSITY[:, column] * normal(draws, 1, 0.045, len(TISSUES))
    # In a fixed order, which a product of matrices has not.
    image = sum(
        share * value
        for share, value in zip(shares, table.astype(np.float32), strict=True)
    )
    for length, strength in ((13.0, 0.035), (36.0, 0.04)):
        texture = wave_field(axes, draw_waves(draws, length))
        image *= 1 + np.float32(strength) * texture
    bias = wave_field(axes, draw_waves(draws, 210.0, 4))
    image *= exp(np.float32(uniform(draws, 0.06, 0.18)) * bias)
    scale = float(np.clip(450 * exp(0.5 * normal(draws)), 120, 1600))
    # In real cases, resampling to the common grid has smoothed the scanner's noise.
    image += np.float32(uniform(draws, 0.02, 0.045)) * noise(draws, image.shape)
    return np.where(mask, np.maximum(np.rint(image * scale), 1), 0).astype(np.int16)
