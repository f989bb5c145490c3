"""Small BraTS 2017 folders, written by nibabel alone."""

import os
import signal

import nibabel as nib
import numpy as np

from data.brats.dataset import BratsDataset

MODALITIES = ("flair", "t1", "t1ce", "t2")
AFFINE = np.float64([[-1, 0, 0, 0], [0, -1, 0, 239], [0, 0, 1, 0], [0, 0, 0, 1]])


class DyingDataset(BratsDataset):
    """A data set with a case that kills the process reading it, as the kernel might."""

    def read_image(self, case, modality):
        if case.id == case_id(1):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read_image(case, modality)


def case_id(number):
    return f"Brats17_TCIA_{100 + number}_1"


def file_of(root, number, role):
    name = case_id(number)
    return root / "HGG" / name / f"{name}_{role}.nii.gz"


def write_file(root, number, role, array):
    """Writes one file from an array `(depth, height, width)`."""
    path = file_of(root, number, role)
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(array.T, AFFINE), path)


def read_file(root, number, role):
    return np.asarray(nib.load(file_of(root, number, role)).dataobj).T


def write_tree(root, count, shape=(12, 20, 24)):
    """Writes cases of random brains, each with a box and a tumor of its own."""
    for number in range(count):
        random = np.random.default_rng(number)
        brain = np.zeros(shape, np.int16)
        low = [int(random.integers(1, 3)) for _ in shape]
        high = [n - int(random.integers(1, 3)) for n in shape]
        box = tuple(map(slice, low, high))
        brain[box] = 1
        for role in MODALITIES:
            image = random.integers(100, 900, shape).astype(np.int16)
            write_file(root, number, role, brain * image)
        labels = np.zeros(shape, np.uint8)
        inner = tuple(slice(n // 3, 2 * n // 3) for n in shape)
        labels[inner] = random.choice([0, 1, 2, 4], labels[inner].shape)
        write_file(root, number, "seg", labels)
