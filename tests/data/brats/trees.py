"""Small BraTS trees of every release, written with nibabel and SimpleITK."""

import nibabel
import numpy as np
import SimpleITK

SHAPE = (4, 6, 5)  # (depth, height, width)
AFFINE = np.array([[-1, 0, 0, 0], [0, -1, 0, 5], [0, 0, 1, 0], [0, 0, 0, 1.0]])
FOUR = {0: 0, 1: 1, 2: 2, 4: 4}
FIVE = {**FOUR, 3: 3}

# By release: the folder of a case, the names of its files by role in the order
# of MODALITIES and then the label, the labels on disk to canonical ones, the
# expected id, patient and group. Written by hand from the published layouts.
OLD = ("_flair.nii.gz", "_t1.nii.gz", "_t1ce.nii.gz", "_t2.nii.gz", "_seg.nii.gz")
NEW = ("-t2f.nii.gz", "-t1n.nii.gz", "-t1c.nii.gz", "-t2w.nii.gz", "-seg.nii.gz")


def suffixed(case, suffixes=OLD):
    """Names of 2017 and later."""
    return [case + suffix for suffix in suffixes]


def vsd(first, label="VSD.Brain_3more.XX.O.OT", nested=True):
    """Names of 2015, with a folder around each file or (some copies) without."""
    stems = [f"VSD.Brain.XX.O.MR_{name}" for name in ("Flair", "T1", "T1c", "T2")]
    names = [f"{stem}.{first + i}" for i, stem in enumerate([*stems, label])]
    return [f"{name}/{name}.mha" if nested else f"{name}.mha" for name in names]


def vsd13(first):
    """Names of 2013: the folders have no number."""
    names = vsd(first, "VSD.Brain_2more.XX.XX.OT", nested=False)
    return [f"{name.rsplit('.', 2)[0]}/{name}" for name in names]


LAYOUTS = {
    "brats13": (
        "LG/0001",
        vsd13(684),
        *(FIVE, "LGG_0001", "LGG_0001", "LGG"),
    ),
    "brats15": (
        "HGG/brats_tcia_pat118_0001",
        vsd(54512),
        *(FIVE, "brats_tcia_pat118_0001", "brats_tcia_pat118", "HGG"),
    ),
    "brats17": (
        "HGG/Brats17_CBICA_AAL_2",
        suffixed("Brats17_CBICA_AAL_2"),
        *(FOUR, "Brats17_CBICA_AAL_2", "Brats17_CBICA_AAL", "HGG"),
    ),
    "brats18": (
        "LGG/Brats18_TCIA04_192_1",
        suffixed("Brats18_TCIA04_192_1"),
        *(FOUR, "Brats18_TCIA04_192_1", "Brats18_TCIA04_192", "LGG"),
    ),
    "brats19": (
        "LGG/BraTS19_TMC_06643_1",
        suffixed("BraTS19_TMC_06643_1"),
        *(FOUR, "BraTS19_TMC_06643_1", "BraTS19_TMC_06643", "LGG"),
    ),
    "brats20": (
        "BraTS20_Training_001",
        suffixed("BraTS20_Training_001"),
        *(FOUR, "BraTS20_Training_001", "BraTS20_Training_001", ""),
    ),
    "brats21": (
        "BraTS2021_00000",
        suffixed("BraTS2021_00000"),
        *(FOUR, "BraTS2021_00000", "BraTS2021_00000", ""),
    ),
    "brats23": (
        "BraTS-GLI-00000-001",
        suffixed("BraTS-GLI-00000-001", NEW),
        *({0: 0, 1: 1, 2: 2, 3: 4}, "BraTS-GLI-00000-001", "BraTS-GLI-00000", ""),
    ),
}
TOTALS = {
    **{"brats13": 30, "brats15": 274, "brats17": 285, "brats18": 285},
    **{"brats19": 335, "brats20": 369, "brats21": 1251, "brats23": 1251},
}


def volumes(values):
    """Four images and a label map with all values, all of them different."""
    rng = np.random.default_rng(1)
    images = [rng.integers(1, 999, SHAPE).astype(np.int16) for _ in range(4)]
    return [*images, rng.choice(sorted(values), SHAPE).astype(np.int16)]


def save(path, array):
    """Writes a volume (depth, height, width) in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".mha":
        image = SimpleITK.GetImageFromArray(array)
        image.SetOrigin((0, -SHAPE[1] + 1, 0))
        SimpleITK.WriteImage(image, path)
    else:
        nibabel.save(nibabel.Nifti1Image(array.T, AFFINE), path)


def write_case(root, folder, files, values=(0, 1, 2, 4)):
    for name, array in zip(files, volumes(values), strict=False):
        save(root / folder / name, array)


def write_layout(root, release):
    folder, files, values, *_ = LAYOUTS[release]
    write_case(root, folder, files, values)


def write_empty(root, folder, files):
    """Writes a case of empty files, for code that looks only at names."""
    for name in files:
        path = root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
