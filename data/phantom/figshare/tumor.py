"""The tumors of the figshare phantom: first the border, then the inside."""

import numpy as np
from scipy import ndimage

from data.phantom.figshare.head import cavity_depth
from data.phantom.figshare.view import AXIS
from data.phantom.portable import blur, cos, deviation, exp, normal, sin, uniform

_MAX_CORNERS, _MIN_CORNERS = 67, 6


def draw_border(generator, view, patient):
    """Draws the outline of the tumor in one slice.

    Args:
        generator: NumPy generator of this slice.
        view: the slice's `View`.
        patient: a `PhantomPatient`.

    Returns:
        Corners `(k, 2)`, x and y in pixels, with k from 6 to 67.
    """
    axis = AXIS[view.plane]
    beside = (view.offset - patient.center[axis]) / patient.radius
    radius = patient.radius * np.sqrt(max(1 - beside * beside, 0.15))
    count = 23 * exp(0.4 * normal(generator)) * np.sqrt(radius / 15)
    count = int(np.clip(round(count), _MIN_CORNERS, _MAX_CORNERS))
    angles = np.arange(count) + uniform(generator, -0.3, 0.3, count)
    angles *= 2 * np.pi / count
    reach = np.ones(count)
    for order, (strength, phase) in enumerate(patient.lobes, start=2):
        phase += normal(generator, 0, 0.25)
        reach += (
            strength * (2 / order) * np.sqrt(2 / order) * cos(order * angles + phase)
        )
    reach = radius * np.clip(reach + normal(generator, 0, 0.02, count), 0.45, 1.7)

    center = patient.center.copy()
    center[axis] = view.offset
    across, down = (i for i in range(3) if i != axis)
    rays = np.zeros((3, count))
    rays[across], rays[down] = reach * cos(angles), reach * sin(angles)
    if patient.label != 3:
        rays *= _share_inside(center, rays, patient)
    return view.pixels(center[:, None] + rays).T


def paint_tumor(image, mask, generator, patient, pixel):
    """Paints the tumor and its effect on its surroundings.

    Args:
        image: relative intensities, changed in place.
        mask: mask of the tumor, uint8 of the same shape.
        generator: NumPy generator of this slice.
        patient: a `PhantomPatient`.
        pixel: size of a pixel in mm.
    """
    box = _box(mask, margin=int(20 / pixel))
    image, mask = image[box], mask[box].astype(np.float32)
    texture = blur(normal(generator, size=mask.shape), 2.2 / pixel)
    texture /= deviation(texture)
    brain = patient.tissue[2]
    if patient.label != 3:  # edema
        swelling = blur(mask, 7 / pixel) * (1 - mask)
        image -= swelling * 0.35 * np.minimum(image, brain)
    value = patient.enhancement * (1 + 0.07 * texture)
    if patient.label == 2:
        depth = ndimage.distance_transform_edt(mask) * pixel
        rim = (1 - patient.core) * depth.max() + 1.5
        core = np.clip((depth + 2.5 * texture - rim) / 2 + 0.5, 0, 1)
        value = value * (1 + 0.18 * texture)
        if patient.core:
            value += core * (0.5 * brain * (1 + 0.15 * texture) - value)
        else:  # diffuse: mostly darker than brain
            value += np.minimum(0.7 * brain - value, 0) * (texture < 0.6) * 0.7
    share = blur(mask, 0.5 / pixel)
    image += share * (value - image)


def _share_inside(center, rays, patient):
    """Returns the share of each ray from the center that stays within the skull."""
    steps = np.linspace(0.3, 1, 36)
    scale = patient.scale[:, None, None]
    points = (center[:, None, None] + rays[:, :, None] * steps) / scale
    inside = cavity_depth(points) > 0.5
    last = np.logical_and.accumulate(inside, axis=1).sum(1)
    return steps[np.maximum(last - 1, 0)]


def _box(mask, margin):
    """Returns the slices of the rectangle of a mask, widened by a margin."""
    spans = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return tuple(slice(max(s[0] - margin, 0), s[-1] + margin + 1) for s in spans)
