"""Files of several volumes: as nibabel reads them, decoded and verified as a whole."""

import gzip

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel import orientations

from common.errors import UserError
from data.volume.channels import (
    digest_channels,
    read_channels,
    read_channels_geometry,
)
from data.volume.files import read_volume, write_labels
from data.volume.geometry import Geometry
from data.volume.orientation import (
    BRATS_AXES,
    axis_codes,
    brats_geometry,
    to_brats_axes,
)

SHAPE = (3, 5, 4)
AFFINE = np.array([[2, 0, 0, 9], [0, 1, 0, 20], [0, 0, 3, -4], [0, 0, 0, 1.0]])


def write(path, kind=np.float32, count=4):
    rng = np.random.default_rng(0)
    array = rng.integers(0, 99, (count, *SHAPE)).astype(kind)
    nibabel.save(nibabel.Nifti1Image(array.T, AFFINE), path)
    return array


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("suffix", ["nii", "nii.gz"])
def test_volumes_are_read_as_by_nibabel(tmp_path, kind, suffix):
    path = tmp_path / f"v.{suffix}"
    write(path, kind)
    array, geometry = read_channels(path)
    loaded = np.asarray(nibabel.load(path).dataobj)
    np.testing.assert_array_equal(
        array, np.moveaxis(loaded, -1, 0).transpose(0, 3, 2, 1)
    )
    assert array.dtype == kind and array.flags.c_contiguous
    np.testing.assert_array_equal(geometry.affine, AFFINE)
    count, header = read_channels_geometry(path)
    assert count == 4 and header.matches(geometry) and header.shape == SHAPE


def test_one_volume_is_not_several_and_the_other_way_around(tmp_path):
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 5, 3)), AFFINE), tmp_path / "v.nii")
    with pytest.raises(UserError, match="several volumes in one file"):
        read_channels(tmp_path / "v.nii")
    write(tmp_path / "w.nii")
    with pytest.raises(UserError, match="a volume of three axes"):
        read_volume(tmp_path / "w.nii")


def test_a_flipped_bit_is_noticed(tmp_path):
    path = tmp_path / "v.nii.gz"
    write(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(UserError, match="a readable NIfTI volume"):
        read_channels(path)


def test_the_hash_is_of_values_and_place(tmp_path):
    write(tmp_path / "a.nii")
    write(tmp_path / "b.nii.gz", np.int16)
    known = digest_channels(tmp_path / "a.nii")
    assert digest_channels(tmp_path / "b.nii.gz") == known
    (tmp_path / "c.nii.gz").write_bytes(gzip.compress(b"no volume"))
    others = [tmp_path / "c.nii.gz", tmp_path / "d.nii"]
    write(others[1], count=3)
    assert len({known, *map(digest_channels, others)}) == 3


def test_labels_are_written_into_the_space_of_several_volumes(tmp_path):
    write(tmp_path / "images.nii.gz")
    labels = np.arange(60).reshape(SHAPE)
    write_labels(tmp_path / "labels.nii.gz", labels, tmp_path / "images.nii.gz")
    written = nibabel.load(tmp_path / "labels.nii.gz")
    assert written.shape == SHAPE[::-1] and written.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(np.asarray(written.dataobj), labels.T)
    np.testing.assert_array_equal(written.affine, AFFINE)


@settings(max_examples=30, deadline=None)
@given(st.permutations([0, 1, 2]), st.tuples(*[st.sampled_from([-1, 1])] * 3))
def test_a_turned_geometry_keeps_each_voxel_in_its_place(order, signs):
    affine = np.eye(4)
    affine[:3, :3] = np.diag([1, 2, 3])[:, order] * signs
    affine[:3, 3] = (5, 6, 7)
    volume = np.arange(60).reshape(SHAPE)
    turned, found = (
        to_brats_axes(volume, affine),
        brats_geometry(Geometry(SHAPE, affine)),
    )
    assert found.shape == turned.shape and axis_codes(found.affine) == BRATS_AXES
    for value in (0, 17, 59):
        here = np.argwhere(volume == value)[0][::-1]
        there = np.argwhere(turned == value)[0][::-1]
        np.testing.assert_allclose(
            affine @ [*here, 1], found.affine @ [*there, 1], atol=1e-9
        )
    image = nibabel.Nifti1Image(volume.T.astype(np.int16), affine)
    codes = orientations.axcodes2ornt(BRATS_AXES)
    change = orientations.ornt_transform(orientations.io_orientation(affine), codes)
    np.testing.assert_allclose(image.as_reoriented(change).affine, found.affine)
