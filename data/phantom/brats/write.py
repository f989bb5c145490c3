"""A synthetic data set in the layout of any BraTS release.

With it, everything runs without the real data. Its brains have folds, white and gray
matter, ventricles and vessels; its tumors have edema, an enhancing rim, necrosis and,
in 2013 and 2015, non-enhancing tumor. It is not easy: the best single threshold on the
FLAIR images, standardized over the brain, reaches a mean Dice of 0.67 for the whole
tumor, and the best threshold of each case 0.70 (30 cases of each grade, 52x80x80
voxels, seed 1); on three real cases it is 0.68 and 0.70.
"""

import gzip
from pathlib import Path

import nibabel
import numpy as np

from common.files import atomic_folder, is_locked, lock_beside, write_json
from data.brats.labels import from_canonical
from data.brats.layout import PHANTOM_WRITER
from data.brats.releases import GRID, MODALITIES, RELEASES
from data.folder_notes import PHANTOM_FILE, holds_phantom
from data.phantom.brats.case import draw_case
from data.phantom.brats.names import case_files, tables
from data.volume.files import write_labels
from data.volume.metaimage import encode_image

_VERSION = 2  # to be raised by any change of the images
_MIN_SHAPE = (16, 48, 48)
_GRADES = ("HGG", "LGG")
# Streams of random numbers. The tables use 2 and 5.
_STREAMS = {("HGG", True): 0, ("LGG", True): 1, ("HGG", False): 3, ("LGG", False): 4}


def write_phantom(
    root, release="brats17", hgg=4, lgg=2, shape=GRID, seed=0, labeled=True
):
    """Writes a phantom data set: the release's tree, tables and `phantom.json`.

    The same arguments give the same voxels on every machine (`data.phantom.portable`
    says why) and the same bytes wherever the compressor is the same, and the same seed
    gives the same brains in every release. In each grade, a longer phantom starts with
    the cases of a shorter one. The folder appears complete or not at all; an existing
    one is kept. The first, third, … LGG case has no enhancing tumor.

    Args:
        root: folder to write; may be empty or hold the very same phantom.
        release: name of a release, `"brats13"` to `"brats23"`.
        hgg: number of high-grade cases.
        lgg: number of low-grade cases.
        shape: `(depth, height, width)` of the volumes in voxels of 1 mm, at least
            16, 48 and 48. The brain fills the same share of every shape.
        seed: seed of everything random.
        labeled: whether it is a training set. Otherwise it is like the validation set
            of the release (2013 and 2015: test set): other patients, no labels, no
            grades since 2015, and no survival in the table.

    Raises:
        UserError: the folder holds something else, or cannot be written.
        ValueError: an argument is out of range.
    """
    root, shape = Path(root), tuple(int(length) for length in shape)
    if release not in RELEASES:
        expected = f"one of {', '.join(RELEASES)}"
        raise ValueError(f"Expected {expected}. Received: release={release}")
    if len(shape) != 3 or any(np.less(shape, _MIN_SHAPE)):
        raise ValueError(f"Expected at least {_MIN_SHAPE}. Received: shape={shape}")
    if min(hgg, lgg) < 0 or hgg + lgg < 1:
        raise ValueError(f"Expected a case. Received: hgg={hgg}, lgg={lgg}")
    release = RELEASES[release]
    plan = {
        (grade, index): case_files(release, grade, index, labeled)
        for grade, count in zip(_GRADES, (hgg, lgg), strict=True)
        for index in range(count)
    }
    texts = tables(release.name, {"HGG": hgg, "LGG": lgg}, seed, labeled)
    settings = {
        "writer": PHANTOM_WRITER,
        "version": _VERSION,
        "release": release.name,
        "hgg": hgg,
        "lgg": lgg,
        "shape": list(shape),
        "seed": seed,
    }
    if not labeled:  # only then, so that an older training set is still the same
        settings["labeled"] = False
    names = [*texts, *(name for paths in plan.values() for name in paths.values())]
    if holds_phantom(root, settings, names) and not is_locked(root):
        return
    with lock_beside(root):
        if holds_phantom(root, settings, names):  # by now
            return
        with atomic_folder(root) as folder:
            for (grade, index), paths in plan.items():
                paths = {role: folder / name for role, name in paths.items()}
                stream = _STREAMS[grade, labeled]
                images, labels = draw_case(seed, stream, index, shape, grade == "HGG")
                _write_case(paths, images, labels, release)
            for name, text in texts.items():
                (folder / name).write_text(text, encoding="utf-8")
            write_json(folder / PHANTOM_FILE, settings)


def _write_case(paths, images, labels, release):
    for modality in MODALITIES:
        path = paths[modality]
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_image(path, images[modality])
    if "seg" not in paths:
        return
    if 3 not in release.labels.values():
        labels[labels == 3] = 1  # since 2017 one label for both
    paths["seg"].parent.mkdir(parents=True, exist_ok=True)
    write_labels(paths["seg"], from_canonical(labels, release), paths["flair"])


def _write_image(path, array):
    """Writes an image `(depth, height, width)` with the affine of the real ones."""
    height = array.shape[1]
    if path.suffix == ".mha":
        path.write_bytes(encode_image(array, origin=(0, 1 - height, 0)))
        return
    affine = np.diag([-1.0, -1.0, 1.0, 1.0])
    affine[1, 3] = height - 1
    content = nibabel.Nifti1Image(array.T, affine).to_bytes()
    path.write_bytes(gzip.compress(content, compresslevel=4, mtime=0))
