"""The head of the figshare phantom: slices through a head that is described in 3D.

All shapes are functions of the position in the head, so that every slice of a patient,
in whatever plane, shows the same head. Intensities are relative: the fat of the scalp
is near 0.8.
"""

import numpy as np

from data.phantom.portable import cos, exp, hypot, tanh

_EDGE = 1.2  # width of the transition between tissues, mm
# Half axes of the head's surface and the depth of the skull below it, mm.
_HEAD = (77, 96, 86)
_SCALP, _SKULL = 6.0, 13.0


def cavity_depth(points):
    """Returns how deep points lie below the inner surface of the skull.

    Args:
        points: x, y and z in mm, `(3, …)`, in a head of average size.

    Returns:
        Depth in mm, `(…)`; negative outside of the cavity.
    """
    return np.minimum(_cranium_depth(points) - _SKULL, points[2] - _base(points))


def paint_head(grid, patient):
    """Paints one slice, without the tumor.

    Args:
        grid: x, y and z of each pixel in mm, `(3, height, width)`.
        patient: a `PhantomPatient`.

    Returns:
        `(image, inside)`: relative intensities, float32 `(height, width)`, and the
        depth of each pixel below the skin in mm.
    """
    points = grid / patient.scale.astype(np.float32)[:, None, None]
    fat, muscle, _, _, fluid = patient.tissue
    gyri, soft, vessel, other_vessel = (_field(points, w) for w in patient.waves)
    cranium = _cranium_depth(points)
    inside = np.maximum(cranium, _face_depth(points))
    cavity = cavity_depth(points)
    image = np.zeros(points.shape[1:], np.float32)

    _paint(image, inside, muscle * (1 + 0.3 * soft))
    _paint_face(image, points, inside, soft * gyri, patient)
    scalp = _SCALP * (0.8 + 0.15 * vessel)
    _paint(image, np.minimum(inside, scalp - inside), fat * (1 + 0.15 * soft))
    # The skull: two dark tables with the marrow between them.
    bone = np.minimum(cranium - _SCALP, points[2] - _base(points) + 6)
    _paint(image, bone, 0.06 + 0.03 * soft)
    marrow = 1.6 - np.abs(cranium - (_SCALP + _SKULL) / 2)
    _paint(image, np.minimum(marrow, bone), 0.26 + 0.1 * soft)

    _paint(image, cavity, fluid)
    _paint_brain(image, points, cavity, gyri, patient)
    # Where two slow fields are both near zero, there runs a thin tube: a vessel.
    tube = 0.12 - hypot(vessel, other_vessel)
    _paint(image, np.minimum(tube * 12, cavity), 0.55 + 0.12 * soft)
    return image, inside


def _paint_brain(image, points, cavity, gyri, patient):
    """Paints gyri, cerebellum, ventricles, falx and the great sinus."""
    _, _, white, gray, fluid = patient.tissue
    x, y, z = points
    side = np.abs(x)
    # Sulci follow the zero lines of a random field, open at the surface.
    sulcus = np.abs(gyri) - 0.28 * exp(-np.maximum(cavity, 0) / 9)
    cortex = np.minimum(sulcus * 7, cavity - 1.5)
    tent = (
        -5 - 0.4 * side + 0.3 * (y - 40) + 1.2 * gyri - z
    )  # the tentorium's height above
    cerebellum = np.minimum(_ball(points, (0, 48, -32), (56, 38, 40)), tent)
    folia = cos(1.3 * (z + 0.5 * np.abs(y - 30)) + gyri)
    _paint(image, cortex, gray)
    _paint(image, np.minimum(cortex - 2.2 - 0.6 * gyri, cavity - 4), white)
    lobe = np.minimum(cerebellum, cavity - 1.5)
    _paint(image, lobe, gray * (1.05 + 0.12 * folia))
    stem = 13 - hypot(x, 1.2 * (y - 10 + 0.25 * (z + 40)))
    _paint(image, np.minimum(stem, -14 - z), white)
    # Deep gray matter and the ventricles.
    _paint(image, _ball(points, (15, -4, 4), (9, 17, 11)), 0.9 * gray + 0.1 * white)
    size = 1.2 * patient.ventricles
    for center, axes in (
        ((8, -26, 11), (6, 16, 8)),
        ((11, -2, 18), (7, 24, 5.5)),
        ((19, 28, 9), (7, 14, 8)),
        ((30, 12, -12), (3.5, 20, 4)),
        ((0, -2, 0), (2.6, 13, 9)),
        ((0, 26, -34), (6, 6, 9)),
    ):
        _paint(image, _ball(points, center, np.multiply(axes, size)), fluid)
    _paint(image, _ball(points, (18, 27, 7), (2.6, 7, 3)), 0.55)  # choroid plexus
    # Between the hemispheres: fissure, falx; on top of it the great sinus.
    above = np.minimum(hypot(y, 1.4 * z) - 42, np.minimum(-tent, cavity))
    middle = np.abs(x + 0.9 * gyri)
    _paint(image, np.minimum(1.7 - middle, above), fluid)
    _paint(image, np.minimum(0.6 - middle, above), 0.48)
    behind = np.minimum(z - 12 + 0.5 * y, above)
    sinus = np.minimum(4.5 - side - 0.5 * np.maximum(cavity, 0), behind)
    _paint(image, np.minimum(sinus, cavity + 2), 0.65)
    edge = np.minimum(0.8 - np.abs(tent), _ball(points, (0, 48, -20), (60, 40, 40)))
    _paint(image, np.minimum(edge, cavity), 0.45)
    _paint(image, _ball(points, (24, -22, -14), (9, 1.8, 1.8)), 0.62)  # artery


def _paint_face(image, points, inside, mixed, patient):
    """Paints what lies below the skull: fat, air, eyes, tongue, spine."""
    x, y, z = points
    fat, muscle, white, _, fluid = patient.tissue
    below = np.minimum(_base(points) - 4 - z, inside - 2)
    _paint(image, np.minimum((mixed - 0.7) * 5, below), 0.85 * fat)
    _paint(image, np.minimum((-mixed - 0.8) * 5, below), 0.08)
    for center, axes, value in (
        ((30, -62, -30), (17, 20, 15), 0.85 * fat),  # orbit
        ((31, -66, -30), (11.5, 12, 11.5), 0.11),  # eye
        ((24, -38, -30), (4, 16, 4), muscle),
        ((24, -52, -56), (13, 15, 15), 0.02),  # maxillary sinus
        ((9, -50, -58), (4, 24, 12), 0.75),  # mucosa enhances
        ((4, -52, -54), (3, 26, 14), 0.02),  # nasal cavity
        ((0, -60, -55), (1.2, 30, 18), 0.4),
        ((0, -28, -43), (13, 11, 8), 0.02),  # sphenoid sinus
        ((0, -2, -46), (11, 7, 13), 0.45),  # clivus
        ((15, -14, -35), (4, 9, 5), 0.62),  # cavernous sinus
        ((0, -52, -88), (24, 28, 13), 1.15 * muscle),  # tongue
        ((0, -52, -101), (14, 18, 5), 0.7 * fat),
        ((0, -12, -85), (9, 6, 30), 0.02),  # throat
        ((42, -8, -75), (5, 12, 30), 0.34),  # jaw
        ((46, -30, -48), (7, 17, 14), 1.2 * muscle),
    ):
        _paint(image, np.minimum(_ball(points, center, axes), below), value)
    # The spine: vertebrae, and the cord in its fluid.
    step = np.abs((z / 17) % 1 - 0.5) * 17
    vertebra = np.minimum(11 - hypot(x, y - 12), step - 2)
    _paint(image, np.minimum(vertebra, -72 - z), 0.40)
    canal = hypot(x, y - 30)
    _paint(image, np.minimum(9 - canal, below), fluid)
    _paint(image, np.minimum(5.5 - canal, below), white)


def _cranium_depth(points):
    """Returns the depth below the surface of the egg-shaped cranium, radially."""
    x, y, z = points
    width = _HEAD[0] * (1 + 0.0009 * y)  # broader at the back
    level = np.sqrt((x / width) ** 2 + (y / _HEAD[1]) ** 2 + (z / _HEAD[2]) ** 2)
    distance = np.sqrt(x**2 + y**2 + z**2)
    return (1 / np.maximum(level, 1e-3) - 1) * distance


def _face_depth(points):
    """Returns the depth below the skin of face, nose and neck."""
    x, y, z = points
    narrow = 1 - 0.28 * np.clip((-z - 35) / 85, 0, 1)
    front = (1 - hypot(x / (62 * narrow), (y + 36) / (60 * narrow))) * 60
    chin = (1 - hypot(x / 66, (z + 46) / 80)) * 60
    face = np.minimum(np.minimum(front, chin), -20 - z)
    neck = np.minimum((1 - hypot(x / 58, (y - 24) / 56)) * 56, -30 - z)
    nose = (1 - hypot(hypot(x / 13, (y + 92) / 18), (z + 58) / 20)) * 15
    return np.maximum(np.maximum(face, neck), nose)


def _base(points):
    """Returns the height of the base of the skull: three steps from front to back."""
    x, y, _ = points
    middle, back = _step((y + 34) / 9), _step((y - 16) / 10)
    temporal = _step((np.abs(x) - 17) / 3.5)
    roof = 5 * cos(x / 13)  # the roofs of the orbits bulge upwards
    floor = -20 - roof * (1 - middle) - 0.12 * np.minimum(y + 40, 0)
    return floor - middle * (9 + 17 * temporal * (1 - back)) - back * 35


def _step(value):
    return 0.5 + 0.5 * tanh(value)


def _field(points, waves):
    """Returns a smooth random field of unit variance: a sum of plane waves."""
    total = sum(
        cos(a * points[0] + b * points[1] + c * points[2] + phase)
        for a, b, c, phase in waves
    )
    return total * np.float32(np.sqrt(2 / len(waves)))


def _ball(points, center, axes):
    """Returns the depth in an ellipsoid; off the midline it has a twin opposite."""
    x = np.abs(points[0]) if center[0] else points[0]
    level = ((x - center[0]) / axes[0]) ** 2
    level = level + ((points[1] - center[1]) / axes[1]) ** 2
    level = level + ((points[2] - center[2]) / axes[2]) ** 2
    return (1 - np.sqrt(level)) * min(axes)


def _paint(image, depth, value):
    """Paints a tissue over the image where its depth in mm is positive."""
    share = np.clip(depth / _EDGE + 0.5, 0, 1)
    image += share * (value - image)
