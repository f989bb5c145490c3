"""A synthetic data set in the layout of the figshare CE-MRI data set.

With it, everything runs without the real data. It is not easy: fat, mucosa and vessels
are as bright as the tumors. The best single threshold on the min-max normalized images
reaches a mean Dice of 0.16 (160 images of 256 pixels, seed 0); on the real images it
reaches 0.12.
"""

import itertools
from pathlib import Path

import numpy as np

from common.files import atomic_folder, is_locked, lock_beside, write_json
from data.figshare.layout import PHANTOM_WRITER
from data.figshare.mat_writer import write_cvind, write_slice
from data.figshare.polygon import fill_polygon
from data.figshare.slice import Slice
from data.folder_notes import PHANTOM_FILE, holds_phantom
from data.order import generator
from data.phantom.figshare.head import cavity_depth, paint_head
from data.phantom.figshare.patient import draw_patient
from data.phantom.figshare.tumor import draw_border, paint_tumor
from data.phantom.figshare.view import AXIS, FIELD, PLANES, View
from data.phantom.portable import blur, exp, hypot, normal, uniform

_VERSION = 2  # to be raised by any change of the images
_MIX = np.array([708, 1426, 930]) / 3064  # shares of the labels in the real data
_FOLDS = 5
# Streams of random numbers, so that no number is used twice.
_PLAN, _PATIENT, _SLICE, _NAME, _FOLD = range(5)


def write_phantom(root, count=160, seed=0, size=512, max_slices=23):
    """Writes a phantom data set: `<index>.mat`, `cvind.mat`, `phantom.json`.

    The same arguments give the same values on every machine (`data.phantom.portable`
    says why), and the same bytes with the same versions of HDF5 and zlib. A longer
    phantom starts with the images of a shorter one. The folder appears complete or not
    at all; an existing one is kept.

    Args:
        root: folder to write; may be empty or hold the very same phantom.
        count: number of images.
        seed: seed of everything random.
        size: height and width of the images in pixels.
        max_slices: largest number of slices of a patient.

    Raises:
        UserError: the folder holds something else, or cannot be written.
        ValueError: an argument is out of range.
    """
    root = Path(root)
    if count < 1 or size < 64 or max_slices < 1:
        raise ValueError(
            "Expected count >= 1, size >= 64 and max_slices >= 1. Received: "
            f"count={count}, size={size}, max_slices={max_slices}"
        )
    plan = list(itertools.islice(_plan(seed, size, max_slices), count))
    planes = {str(i): view.plane for i, (_, _, view) in enumerate(plan, start=1)}
    settings = {
        "writer": PHANTOM_WRITER,
        "version": _VERSION,
        "count": count,
        "seed": seed,
        "size": size,
        "most_slices": max_slices,  # the name in existing phantoms
        "planes": planes,
    }
    names = [*(f"{index}.mat" for index in planes), "cvind.mat"]
    if holds_phantom(root, settings, names) and not is_locked(root):
        return
    with lock_beside(root):
        if holds_phantom(root, settings, names):  # by now
            return
        with atomic_folder(root) as folder:
            for index, (number, patient, view) in enumerate(plan, start=1):
                draws = generator(seed, _SLICE, number, index)
                item = _draw_slice(draws, patient, view, _patient_id(seed, number))
                write_slice(folder / f"{index}.mat", item)
            write_cvind(folder / "cvind.mat", [_fold(seed, n) for n, _, _ in plan])
            write_json(folder / PHANTOM_FILE, settings)


def _plan(seed, size, max_slices):
    """Yields `(number of the patient, patient, view)` of each image, endlessly."""
    done = np.zeros(3)
    for number in itertools.count():
        # The tumor type that is furthest behind its share comes next.
        label = int(np.argmax(_MIX * (done.sum() + 1) - done)) + 1
        patient = draw_patient(generator(seed, _PATIENT, number), label, cavity_depth)
        draws = generator(seed, _PLAN, number)
        views = _views(draws, patient, size, max_slices)
        done[label - 1] += len(views)
        for view in views:
            yield number, patient, view


def _views(draws, patient, size, max_slices):
    """Draws the slices of a patient: in up to three planes, side by side in each."""
    count = int(np.clip(round(float(7 * exp(0.65 * normal(draws)))), 1, max_slices))
    views = []
    planes = draws.permutation(PLANES).tolist()
    for plane, part in zip(planes, np.array_split(np.arange(count), 3), strict=True):
        middle = patient.center[AXIS[plane]]
        beside = np.linspace(-0.75, 0.75, len(part) + 2)[1:-1]
        beside += uniform(draws, -0.08, 0.08, len(part))
        for offset in middle + beside * patient.radius:
            views.append(View(plane, float(offset), size, patient.angle, patient.shift))
    return views


def _draw_slice(draws, patient, view, patient_id):
    """Draws one image: border and mask first, then the head around them."""
    shape, pixel = (view.size, view.size), FIELD / view.size
    border = draw_border(draws, view, patient)
    mask = fill_polygon(border, shape)
    while mask.sum() < 4:  # at a very small image size
        middle = border.mean(0)
        border = middle + 1.25 * (border - middle)
        mask = fill_polygon(border, shape)
    grid = view.grid()
    image, inside = paint_head(grid, patient)
    paint_tumor(image, mask, draws, patient, pixel)
    image = blur(image, 0.4 / pixel)
    # The coil is more sensitive at the surface than in the center, and on one side.
    image *= 1 + patient.surface * exp(-np.maximum(inside, 0) / 14)
    image *= 1 + sum(
        slope * axis for slope, axis in zip(patient.bias, grid, strict=True)
    )
    image -= 0.4 * np.maximum(image - 0.75, 0)  # a few hot spots must not set the scale
    noise = normal(draws, 0, patient.noise, (2, *shape))
    image = hypot(image + noise[0], noise[1])  # Rician, as in magnitude images
    image = np.maximum(image - np.quantile(image, patient.zeros), 0)
    image = np.rint(image * (patient.maximum / image.max())).astype(np.int16)
    return Slice(image, mask, border, patient_id, patient.label)


def _patient_id(seed, number):
    """Returns an id in one of the styles of the real data, unique by its number."""
    draws = generator(seed, _NAME, number)
    if draws.uniform() < 0.6:
        return f"{96000 + 53 * number + draws.integers(53)}"
    letter = "BCDG"[draws.integers(4)] if draws.uniform() < 0.3 else ""
    return f"MR{20000 + 131 * number + draws.integers(131):06d}{letter}"


def _fold(seed, number):
    """Returns the fold, from 1, of a patient; every five fill the five folds."""
    order = generator(seed, _FOLD, number // _FOLDS).permutation(_FOLDS)
    return int(order[number % _FOLDS]) + 1
