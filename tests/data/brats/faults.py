"""Faults that are put into a small BraTS 2017 phantom, and their findings."""

import nibabel
import numpy as np

from data.brats.check import check_brats
from data.integrity import exit_code

SHAPE = (16, 48, 48)
CASE = "HGG/Brats17_2013_0_1/Brats17_2013_0_1"


def file(root, role, case=CASE):
    return root / f"{case}_{role}.nii.gz"


def change(path, function=None, affine=None):
    """Writes a volume again with another array (x, y, z) or affine."""
    image = nibabel.load(path)
    array = np.asarray(image.dataobj)
    array = array if function is None else function(array)
    affine = image.affine if affine is None else affine
    nibabel.save(nibabel.Nifti1Image(array, affine), path)


def only(root, code, severity, allowed=()):
    """Returns the only finding of a code, after checking all others."""
    everything = check_brats(root)
    (found,) = [finding for finding in everything if finding.code == code]
    others = {finding.code for finding in everything} - {code, "coverage", *allowed}
    assert others == set()
    assert found.severity == severity and found.fix and found.found
    assert exit_code(everything) == (severity == "error")
    return found
