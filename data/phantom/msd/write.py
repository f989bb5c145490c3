"""Writes the phantom of the Decathlon: `imagesTr`, `labelsTr`, `imagesTs`."""

import gzip
from pathlib import Path

import nibabel
import numpy as np

from common.files import atomic_folder, is_locked, lock_beside, write_json
from data.brats.labels import from_canonical
from data.brats.layout import PHANTOM_WRITER
from data.brats.releases import GRID, MODALITIES
from data.folder_notes import OWN_FILE, PHANTOM_FILE, holds_phantom
from data.msd.description import RELEASE
from data.phantom.brats.case import draw_case

_VERSION = 1  # to be raised by any change of the images
_MIN_SHAPE = (16, 48, 48)
_TRAINING, _TEST = 0, 3  # streams of random numbers, those of the BraTS phantom's HGG
# What copying on macOS leaves beside each file of the real archive.
_APPLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(136)
_MODALITY = {"0": "FLAIR", "1": "T1w", "2": "t1gd", "3": "T2w"}
_LABELS = {
    "0": "background",
    "1": "edema",
    "2": "non-enhancing tumor",
    "3": "enhancing tumour",
}


def write_phantom(root, count=6, shape=GRID, seed=0, labeled=True):
    """Writes a phantom data set: images, label maps, `dataset.json`, `phantom.json`.

    Its brains are those of the BraTS phantom of the same seed and shape: every second
    training case is of high grade there. The folder appears complete or not at all; an
    existing one is kept.

    Args:
        root: folder to write; may be empty or hold the very same phantom.
        count: number of training cases; there is one test case for three of them.
        shape: `(depth, height, width)` of the volumes in voxels of 1 mm, at least
            16, 48 and 48.
        seed: seed of everything random.
        labeled: whether there are training cases. Otherwise `count` test cases are all
            that is there.

    Raises:
        UserError: the folder holds something else, or cannot be written.
        ValueError: an argument is out of range.
    """
    root, shape = Path(root), tuple(int(length) for length in shape)
    if len(shape) != 3 or any(np.less(shape, _MIN_SHAPE)):
        raise ValueError(f"Expected at least {_MIN_SHAPE}. Received: shape={shape}")
    if count < 1:
        raise ValueError(f"Expected a case. Received: count={count}")
    training = count if labeled else 0
    tests = -(-count // 3) if labeled else count
    settings = {
        "writer": PHANTOM_WRITER,
        "version": _VERSION,
        "release": RELEASE.name,
        "count": training,
        "tests": tests,
        "shape": list(shape),
        "seed": seed,
    }
    names = [_name(number) for number in range(training + tests)]
    files = [f"imagesTr/{name}" for name in names[:training]]
    files += [f"labelsTr/{name}" for name in names[:training]]
    files += [f"imagesTs/{name}" for name in names[training:]]
    if holds_phantom(root, settings, [OWN_FILE, *files]) and not is_locked(root):
        return
    with lock_beside(root):
        if holds_phantom(root, settings, [OWN_FILE, *files]):  # by now
            return
        with atomic_folder(root) as folder:
            for number, name in enumerate(names):
                is_test = number >= training
                stream = _TEST if is_test else _TRAINING
                index = number - training if is_test else number
                images, labels = draw_case(seed, stream, index, shape, number % 2 == 0)
                labels = None if is_test else labels
                _write_case(folder, name, images, labels)
            write_json(folder / OWN_FILE, _describe(names[:training], names[training:]))
            write_json(folder / PHANTOM_FILE, settings)


def _name(number):
    return f"BRATS_{number + 1:03d}.nii.gz"


def _write_case(folder, name, images, labels):
    stacked = np.stack([images[modality] for modality in MODALITIES])
    _write(folder / ("imagesTs" if labels is None else "imagesTr") / name, stacked)
    if labels is not None:
        labels[labels == 3] = 1  # one label for both, as in BraTS since 2017
        _write(folder / "labelsTr" / name, from_canonical(labels, RELEASE))


def _write(path, array):
    """Writes volumes oriented like those of BraTS with axes to the right and front."""
    path.parent.mkdir(parents=True, exist_ok=True)
    turned = array[..., ::-1, ::-1]
    kind = np.uint8 if array.ndim == 3 else np.float32  # as in the real files
    image = nibabel.Nifti1Image(turned.T.astype(kind), np.eye(4))
    content = gzip.compress(image.to_bytes(), compresslevel=4, mtime=0)
    path.write_bytes(content)
    path.with_name(f"._{path.name}").write_bytes(_APPLE)


def _describe(training, tests):
    return {
        "name": "BRATS",
        "description": "A phantom: synthetic brains, no patients",
        "tensorImageSize": "4D",
        "modality": _MODALITY,
        "labels": _LABELS,
        "numTraining": len(training),
        "numTest": len(tests),
        "training": [
            {"image": f"./imagesTr/{name}", "label": f"./labelsTr/{name}"}
            for name in training
        ],
        "test": [f"./imagesTs/{name}" for name in tests],
    }
