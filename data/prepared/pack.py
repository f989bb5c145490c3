"""From whole volumes to what the cache keeps: the foreground box and statistics."""

import numpy as np

from data.brats.foreground import count_stray, foreground_box
from data.prepared.volume_info import VolumeInfo

LABELS = 5  # canonical labels are 0 to 4


def pack_volume(images, labels, affine):
    """Crops a case to its foreground box, and computes its statistics and counts.

    The box is the smallest that holds every voxel where any modality is not zero.

    Args:
        images: arrays `(depth, height, width)` by modality, in the order of the
            future channels.
        labels: canonical labels `(depth, height, width)`, or None.
        affine: 4x4, from voxel indices (x, y, z) to mm.

    Returns:
        `(info, arrays)`: the `VolumeInfo`; and by name the arrays `images`
        `(depth, height, width, channels)`, int16 where that loses nothing, else
        float32, `brain` and, if there are labels, `labels`, both uint8
        `(depth, height, width)`.

    Raises:
        ValueError: the arrays differ in shape, are not finite, a modality is
            zero everywhere, or too many labels lie outside the box (a few are left
            out, and counted in `info.dropped`).
    """
    _check(images)
    shape = next(iter(images.values())).shape
    brain = np.zeros(shape, bool)
    for image in images.values():
        brain |= image != 0
    box, dropped = foreground_box(brain), 0
    dtype = np.int16 if all(map(_fits_int16, images.values())) else np.float32
    arrays = {
        "images": np.stack([x[box].astype(dtype) for x in images.values()], axis=-1),
        "brain": brain[box].astype(np.uint8),
    }
    if labels is not None:
        if labels.shape != shape:
            raise ValueError(
                f"Expected labels of the images' shape {shape}. "
                f"Received: {labels.shape}"
            )
        dropped = count_stray(labels, box)
        arrays["labels"] = labels[box].astype(np.uint8)
    info = VolumeInfo(
        shape=shape,
        start=tuple(ends.start for ends in box),
        size=arrays["brain"].shape,
        affine=np.asarray(affine, np.float64),
        modalities=tuple(images),
        statistics=_statistics(arrays["images"]),
        slices=_count_slices(arrays, box[0], len(brain)),
        dropped=dropped,
    )
    return info, arrays


def _check(images):
    shapes = {name: image.shape for name, image in images.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"Expected modalities of one shape. Received: {shapes}")
    for name, image in images.items():
        if not np.isfinite(image).all():
            raise ValueError(
                f"Expected finite intensities. Received: NaN/Inf in {name}"
            )
        if not image.any():
            raise ValueError(f"Expected a brain. Received: {name} is 0 everywhere")


def _fits_int16(image):
    limits = np.iinfo(np.int16)
    if image.min() < limits.min or image.max() > limits.max:
        return False
    return image.dtype.kind in "iu" or bool((image == np.rint(image)).all())


def _statistics(images):
    # Statistics of what is stored, after any rounding to float32, computed in float64
    # and in two passes: first the mean, then the squared distances from it.
    nonzero, box = [], []
    for channel in range(images.shape[-1]):
        values = images[..., channel].astype(np.float64)
        box.append((values.mean(), values.std()))
        own = values[values != 0]
        nonzero.append((own.mean(), own.std()))
    return {"nonzero": tuple(np.transpose(nonzero)), "box": tuple(np.transpose(box))}


def _count_slices(arrays, inside, depth):
    counts = np.zeros((depth, 1 + LABELS), np.int32)
    brain, labels = arrays["brain"], arrays.get("labels")
    counts[inside, 0] = brain.sum(axis=(1, 2))
    if labels is not None:
        counts[inside, 1] = ((brain == 1) & (labels == 0)).sum(axis=(1, 2))
        for label in range(1, LABELS):
            counts[inside, 1 + label] = (labels == label).sum(axis=(1, 2))
    return counts
