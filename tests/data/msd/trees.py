"""A small tree of the Decathlon, written with nibabel as the real files are."""

import json

import nibabel
import numpy as np

SHAPE = (4, 6, 5)  # (depth, height, width)
AFFINE = np.eye(4)  # axes to the right, front and top, as in the real files
CHANNELS = ("FLAIR", "T1w", "t1gd", "T2w")
LABELS = ("background", "edema", "non-enhancing tumor", "enhancing tumour")


def describe(root, training=(), tests=(), channels=CHANNELS, labels=LABELS, **changes):
    """Writes `dataset.json` as the archive has it."""
    settings = {
        "name": "BRATS",
        "tensorImageSize": "4D",
        "modality": {str(i): name for i, name in enumerate(channels)},
        "labels": {str(i): name for i, name in enumerate(labels)},
        "numTraining": len(training),
        "numTest": len(tests),
        "training": [
            {"image": f"./imagesTr/{n}.nii.gz", "label": f"./labelsTr/{n}.nii.gz"}
            for n in training
        ],
        "test": [f"./imagesTs/{n}.nii.gz" for n in tests],
    }
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset.json").write_text(json.dumps(settings | changes))


def volumes(seed=1, shape=SHAPE):
    """Four images `(4, depth, height, width)` and a label map, as in the files."""
    rng = np.random.default_rng(seed)
    images = rng.integers(1, 999, (4, *shape)).astype(np.float32)
    return images, rng.integers(0, 4, shape).astype(np.uint8)


def save(path, array, affine=AFFINE):
    """Writes `(…, depth, height, width)`, and what macOS leaves beside a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(array.T, affine), path)
    (path.parent / f"._{path.name}").write_bytes(b"\0\5\26\7Mac OS X")


def write_case(root, name, seed=1, test=False, shape=SHAPE):
    images, labels = volumes(seed, shape)
    save(root / ("imagesTs" if test else "imagesTr") / f"{name}.nii.gz", images)
    if not test:
        save(root / "labelsTr" / f"{name}.nii.gz", labels)


def write_tree(root, training=2, tests=1):
    names = [f"BRATS_{number + 1:03d}" for number in range(training + tests)]
    describe(root, names[:training], names[training:])
    for number, name in enumerate(names):
        write_case(root, name, number, test=number >= training)
