"""From four volumes to the cascade's input: cropped, scaled, filled with noise."""

from dataclasses import dataclass

import numpy as np

from common.boxes import box_around
from common.errors import UserError
from data.brats.releases import MODALITIES
from data.normalize import standardize, standardize_over_noise
from data.order import generator

CHECK = "look at the case's files; correct or remove it"
BACKGROUND, PATCH = 0, 1  # first counter of the random generator


@dataclass(frozen=True, eq=False)
class Prepared:
    """A case inside the box of its brain.

    Args:
        images: float32 `(depth, height, width, modalities)`.
        brain: boolean `(depth, height, width)`: where FLAIR is positive.
        box: the box in the whole grid, a tuple of slices.
    """

    images: np.ndarray
    brain: np.ndarray
    box: tuple[slice, slice, slice]


def prepare(volumes, protocol):
    """Crops a case to its brain and scales each modality by its own voxels.

    Args:
        volumes: four arrays `(depth, height, width)`: FLAIR, T1, T1 with contrast
            agent and T2, 0 in the background.
        protocol: an `Inference`.

    Returns:
        A `Prepared`.

    Raises:
        ValueError: there are not four volumes of one shape.
        UserError: FLAIR is 0 everywhere, or another modality is not positive
            anywhere in its box.
    """
    shapes = {volume.shape for volume in volumes}
    if len(volumes) != 4 or len(shapes) > 1 or len(volumes[0].shape) != 3:
        raise ValueError(
            "Expected four volumes (depth, height, width) of one shape. "
            f"Received: {[volume.shape for volume in volumes]}"
        )
    box = box_around(volumes[0] != 0, protocol.cascade.margin)
    if box is None:
        raise UserError("flair", "a brain", "0 everywhere", CHECK)
    raw = np.stack([volume[box] for volume in volumes], axis=-1)
    mean, std = _statistics(raw)
    if protocol.fill.mode == "zeros":
        images = standardize(raw, mean, std)
    else:
        draws = generator(protocol.fill.seed, BACKGROUND)
        images = standardize_over_noise(raw, mean, std, draws)
    return Prepared(images, raw[..., 0] > 0, box)


def patch_fill(fill, shape, *counters):
    """Returns the content of a patch before the volume is copied into it.

    Args:
        fill: a `Fill`.
        shape: `(slices, height, width, modalities)`.
        *counters: numbers of network and patch, which give each patch its own noise.

    Returns:
        A float32 array.
    """
    if fill.mode == "zeros":
        return np.zeros(shape, np.float32)
    draws = generator(fill.seed, PATCH, *counters)
    return draws.standard_normal(shape, np.float32)


def _statistics(images):
    """Returns mean and deviation `(modalities,)` of each modality's positive voxels."""
    mean, std = [], []
    for channel in range(images.shape[-1]):
        values = images[..., channel]
        values = values[values > 0].astype(np.float64)
        if not len(values):
            name = MODALITIES[channel]
            raise UserError(name, "positive voxels where FLAIR is", "none", CHECK)
        mean.append(values.mean())
        std.append(values.std())
    return np.array(mean), np.array(std)
