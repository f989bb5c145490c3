"""One patient of the figshare phantom: everything that the slices have in common.

Every slice of a patient shows the same head, contrast and tumor, as in the real data,
so that folds by image leak the appearance of the patient.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from data.phantom.portable import exp, lengths, normal, uniform

# Area of the tumor in pixels of 0.49 mm by label: median, spread of its logarithm,
# minimum and maximum; and the median of the maximum of the image.
_AREA = {
    1: (3987, 0.50, 255, 15220),
    2: (4812, 0.54, 291, 25461),
    3: (1731, 0.58, 163, 11684),
}
_MAXIMUM = {1: 2576, 2: 5771, 3: 2150}
# Slices miss the center of the tumor: there it is larger than where they cut it.
_LARGEST = 1.3


@dataclass(frozen=True, eq=False)
class PhantomPatient:
    """What the slices of one patient share.

    Args:
        label: 1 meningioma, 2 glioma, 3 pituitary tumor.
        scale: size of the head along x, y and z relative to the average.
        angle: in-plane rotation in radians.
        shift: in-plane shift, mm.
        tissue: intensity of fat, muscle, white matter, gray matter and fluid.
        ventricles: size of the ventricles relative to the average.
        waves: vectors (rad per mm) and phases of the tissue's random texture,
            `(fields, waves, 4)`.
        bias: slope of the coil's sensitivity along x, y and z.
        surface: relative gain of the coil at the surface over the center.
        noise: standard deviation of the noise.
        maximum: the largest intensity of the stored images.
        zeros: share of background pixels that are exactly zero.
        radius: radius of the tumor, mm.
        center: its center in the head, mm.
        lobes: strength and phase of its lobes, `(lobes, 2)`.
        enhancement: its intensity with contrast agent.
        core: share of its radius that is dark (necrosis); may be 0.
    """

    label: int
    scale: np.ndarray
    angle: float
    shift: tuple[float, float]
    tissue: tuple[float, ...]
    ventricles: float
    waves: np.ndarray
    bias: np.ndarray
    surface: float
    noise: float
    maximum: float
    zeros: float
    radius: float
    center: np.ndarray
    lobes: np.ndarray
    enhancement: float
    core: float


def draw_patient(generator, label, cavity_depth):
    """Draws a patient.

    Args:
        generator: NumPy generator of this patient.
        label: 1 meningioma, 2 glioma, 3 pituitary tumor.
        cavity_depth: function from points `(3, n)` in the head, in mm, to their depth
            below the inner surface of the skull.

    Returns:
        A `PhantomPatient`.
    """
    between, bell = partial(uniform, generator), partial(normal, generator)
    median, spread, low, high = _AREA[label]
    area = np.clip(_LARGEST * median * exp(spread * bell()), 1.6 * low, high)
    radius = float(np.sqrt(area / np.pi) * 0.49)
    contrast = between(0.85, 1.2)
    tissue = np.array([0.82, 0.33, 0.36, 0.30, 0.10]) * bell(1, 0.06, 5)
    tissue[1:] *= contrast
    irregular = {1: 0.10, 2: 0.17, 3: 0.12}[label]
    # A third of the gliomas take up hardly any contrast agent.
    faint = label == 2 and between() < 0.35
    scale = bell(1.05, [0.025, 0.03, 0.025])
    return PhantomPatient(
        label=label,
        scale=scale,
        angle=float(bell(0, 0.07)),
        shift=(float(bell(0, 4)), float(bell(0, 4))),
        tissue=tuple(tissue),
        ventricles=float(between(0.7, 1.25)),
        waves=_draw_waves(generator),
        bias=bell(0, [0.0012, 0.0012, 0.0015]),
        surface=float(between(0.0, 0.45)),
        noise=float(between(0.008, 0.022)),
        maximum=float(np.clip(_MAXIMUM[label] * exp(0.45 * bell()), 538, 12728)),
        zeros=float(np.clip(bell(0.16, 0.08), 0.015, 0.33)),
        radius=radius,
        center=scale * _draw_center(generator, label, radius, cavity_depth),
        lobes=np.stack([bell(0, irregular, 4), between(0, 2 * np.pi, 4)], 1),
        enhancement=float(between(0.33, 0.42) if faint else between(0.44, 0.7)),
        core=0.0 if label != 2 else float(between(0.55, 0.92)) * (not faint),
    )


def _draw_waves(generator):
    """Draws the waves of four fields: gyri, soft tissue and two for the vessels."""
    wavelengths = np.array([15.0, 19.0, 42.0, 47.0])[:, None, None]  # mm
    vectors = normal(generator, size=(4, 9, 3))
    vectors *= 2 * np.pi / wavelengths / lengths(vectors)
    vectors *= uniform(generator, 0.75, 1.3, (4, 9, 1))
    phases = uniform(generator, 0, 2 * np.pi, (4, 9, 1))
    return np.concatenate([vectors, phases], 2).astype(np.float32)


def _draw_center(generator, label, radius, cavity_depth):
    """Draws the center of the tumor: at the surface, inside, or above the base."""
    if label == 3:
        middle = normal(generator, [0, -15, -29], [1.5, 1.5, 1])
        return middle + [0, 0, 0.35 * radius]
    points = uniform(generator, [-60, -75, -40], [60, 80, 68], (512, 3))
    depth = cavity_depth(points.T)
    if label == 1:
        wrong = np.abs(depth - 0.7 * radius)
    else:
        # In one hemisphere, with some brain all around.
        outside = np.maximum(0.6 * radius + 6 - depth, 0)
        wrong = outside + np.maximum(0.5 * radius + 4 - np.abs(points[:, 0]), 0)
    return points[np.flatnonzero(wrong <= max(1.5, wrong.min()))[0]]
