"""Volumes as images of SimpleITK: places of voxels, as nibabel has them."""

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from common.errors import UserError
from data.volume.files import read_volume
from data.volume.geometry import Geometry
from data.volume.itk import from_image, geometry_of, to_image

AFFINE = np.array([[0, -2.0, 0, 9], [0.8, 0, 0, 20], [0, 0, 5, -4], [0, 0, 0, 1]])


def test_voxels_lie_where_the_affine_puts_them():
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    image = to_image(array, Geometry(array.shape, AFFINE), "x")
    for index in [(0, 0, 0), (3, 1, 1)]:
        x, y, z = image.TransformIndexToPhysicalPoint(index)
        np.testing.assert_allclose((-x, -y, z), (AFFINE @ [*index, 1])[:3], atol=1e-5)
    back, geometry = from_image(image)
    np.testing.assert_array_equal(back, array)
    np.testing.assert_allclose(geometry.affine, AFFINE, atol=1e-9)


def test_itk_reads_the_same_place_from_a_nifti_file(tmp_path):
    path = tmp_path / "x.nii.gz"
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    nibabel.save(nibabel.Nifti1Image(array.T, AFFINE), path)
    image = to_image(*read_volume(path), path)
    np.testing.assert_allclose(
        geometry_of(image).affine, geometry_of(sitk.ReadImage(path)).affine, atol=1e-4
    )


def test_slanted_axes_are_refused():
    slanted = AFFINE.copy()
    slanted[0, 2] = 1.0
    geometry = Geometry((2, 3, 4), slanted)
    with pytest.raises(UserError, match="x: expected axes at right angles.*dcm2niix"):
        to_image(np.zeros((2, 3, 4)), geometry, "x")
