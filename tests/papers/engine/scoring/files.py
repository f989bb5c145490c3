"""Folders of small label maps, to score."""

import nibabel
import numpy as np

AFFINE = np.diag([-1.0, -1.0, 1.0, 1.0])


def labels(enhancing=4, cavity=0):
    """Returns a label map `(16, 18, 20)` with these values of two of its parts."""
    values = np.zeros((16, 18, 20), np.uint8)
    values[3:13, 3:15, 3:17] = 2
    values[5:11, 5:11, 5:11] = enhancing
    values[7:9, 7:9, 7:9] = 1
    values[5:10, 11:14, 12:16] = cavity
    return values


def write(path, values, affine=AFFINE):
    """Writes values `(depth, height, width)` as NIfTI."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(values.T, affine), path)
    return path


def write_pairs(root, names=("a", "b"), values=None, predicted=None):
    """Writes a folder of truths and one of predictions, shifted by a voxel."""
    values = labels() if values is None else values
    predicted = np.roll(values, 1, 2) if predicted is None else predicted
    for name in names:
        write(root / "truth" / f"{name}_seg.nii.gz", values)
        write(root / "prediction" / f"{name}.nii.gz", predicted)
    return ("--truth", root / "truth", "--prediction", root / "prediction")
