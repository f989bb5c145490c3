"""The images of one case beside the report: slices, truth and results as PNG files."""

import hashlib
import re
from dataclasses import dataclass

import numpy as np

from common.files import atomic_path, write_json
from common.metrics.regions import REGIONS, region_masks
from papers.engine.report.volumes import write_volumes

MAX_SLICES = 12
# Colors of Okabe and Ito by label, which color-blind readers can tell apart. Those of
# the papers' own figures are named beside them.
COLORS = {1: "#F0E442", 2: "#009E73", 3: "#56B4E9", 4: "#D55E00", 5: "#CC79A7"}
FILE = "case.json"
_LABELS = {5: ("resection cavity", "")}  # in none of the papers' figures
_REGION_NAMES = {"wt": "whole tumor", "tc": "tumor core", "et": "enhancing tumor"}


@dataclass(frozen=True, eq=False)
class Layer:
    """A label map over the images.

    Args:
        title: whose it is, such as `"truth"`.
        labels: integers on the grid of the images.
        run: what was run, in words, or `""`.
    """

    title: str
    labels: np.ndarray
    run: str = ""


def folder_of(case_id):
    """Returns the name of a case's folder: readable, and safe for every file system."""
    readable = re.sub(r"[^A-Za-z0-9_-]", "_", case_id)[:40]
    return f"{readable}-{hashlib.sha256(case_id.encode()).hexdigest()[:8]}"


def write_pictures(folder, case_id, shown, layers):
    """Writes the slices of a case and what a page needs to show them.

    Args:
        folder: the folder of the case.
        case_id: the case.
        shown: its `papers.engine.case_images.CaseImages`.
        layers: the `Layer`s, the truth first.

    Returns:
        What `case.json` in the folder holds.

    Raises:
        UserError: the folder cannot be written.
    """
    volumes = {name: as_bytes(image) for name, image in shown.images.items()}
    slices = slices_of([layer.labels for layer in layers])
    for number, z in enumerate(slices):
        for m, volume in enumerate(volumes.values()):
            _write(folder / f"image{m}-{number}.png", _slice(volume, z))
        for i, layer in enumerate(layers):
            labels = _slice(layer.labels, z)
            _write(folder / f"fill{i}-{number}.png", colored(labels))
            edges = np.where(is_edge(labels), labels, 0)
            _write(folder / f"contour{i}-{number}.png", colored(edges))
    present = np.unique(np.concatenate([np.unique(la.labels) for la in layers]))
    height, width = _slice(layers[0].labels, slices[0]).shape
    about = {
        "case": case_id,
        "folder": f"{folder.parent.name}/{folder.name}",
        "images": list(volumes),
        "slices": [int(z) if z is not None else None for z in slices],
        "size": [width, height],
        "layers": [{"title": la.title, "run": la.run} for la in layers],
        "labels": [
            {
                "value": label,
                "name": name,
                "color": COLORS[label],
                "paper": _word(color),
            }
            for label, (name, color) in (_LABELS | shown.labels).items()
            if label in present and label in COLORS
        ],
        "license": shown.license,
        "volumes": volumes_of(shown, layers),
    }
    if shown.affine is not None:
        maps = [layer.labels for layer in layers]
        name, images = about["folder"], list(volumes.values())
        about["nifti"] = write_volumes(folder, name, images, maps, shown.affine)
        about["nifti"]["center"] = center_of(maps, shown.affine)
    write_json(folder / FILE, about)
    return about


def slices_of(maps):
    """Returns the axial slices to show, `[None]` for a slice.

    At most `MAX_SLICES` at even steps through all that is marked, and the one with
    most of it; without a mark the middle one.

    Args:
        maps: label maps of one shape.
    """
    if maps[0].ndim == 2:
        return [None]
    marked = sum((labels > 0).sum(axis=(1, 2)) for labels in maps)
    if not marked.any():
        return [len(marked) // 2]
    where = np.flatnonzero(marked)
    steps = np.linspace(where[0], where[-1], min(MAX_SLICES, len(where)))
    found = {round(step) for step in steps}
    most = int(np.argmax(marked))
    if most not in found:
        found.discard(min(found, key=lambda z: abs(z - most)))
    return sorted(found | {most})


def center_of(maps, affine):
    """Returns the middle of all that is marked, or of the volume, in RAS+ mm.

    Args:
        maps: label maps `(depth, height, width)`.
        affine: `(4, 4)` from voxels, x first, to RAS+ mm.
    """
    places = np.argwhere(np.any([labels > 0 for labels in maps], axis=0))
    middle = places.mean(axis=0) if len(places) else np.array(maps[0].shape) / 2
    return [round(float(mm), 1) for mm in affine[:3, :3] @ middle[::-1] + affine[:3, 3]]


def as_bytes(image):
    """Returns intensities as uint8: the darkest voxels 0, the brightest 0.5 % 255."""
    image = np.asarray(image, np.float32)
    inside = image[image != image.min()]
    if not inside.size:
        return np.zeros(image.shape, np.uint8)
    low, high = float(image.min()), float(np.percentile(inside, 99.5))
    scaled = (image - low) / max(high - low, 1e-12)
    return np.rint(255 * np.clip(scaled, 0, 1)).astype(np.uint8)


def colored(labels):
    """Returns labels as RGBA, uint8 `(height, width, 4)`; what is 0 is transparent."""
    area = np.zeros((*labels.shape, 4), np.uint8)
    for label, color in COLORS.items():
        channels = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        area[labels == label] = (*channels, 255)
    return area


def volumes_of(shown, layers):
    """Returns each region and its volume in mL by layer, or None for a slice."""
    if shown.voxel_volume is None:
        return None
    masks = [region_masks(layer.labels) for layer in layers]
    return [
        (
            _REGION_NAMES[name],
            [
                round(float(of_layer[name].sum()) * shown.voxel_volume, 3)
                for of_layer in masks
            ],
        )
        for name in REGIONS
    ]


def is_edge(labels):
    """Marks the pixels whose neighbors, also those beyond the border, differ."""
    around = np.pad(labels, 1)
    shifts = ((0, 1), (2, 1), (1, 0), (1, 2))
    height, width = labels.shape
    others = [around[y : y + height, x : x + width] for y, x in shifts]
    return np.any([other != labels for other in others], axis=0)


def _slice(array, z):
    return array if z is None else array[z]


def _word(color):
    """Returns matplotlib's name of a color as a word."""
    return color.removeprefix("tab:")


def _write(path, pixels):
    from PIL import Image

    with atomic_path(path) as temporary:
        Image.fromarray(pixels).save(temporary, format="PNG")
