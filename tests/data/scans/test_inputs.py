"""One image of a scan: a file, a series, or one of several."""

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from benchmarks.scans.dicom_files import write_series
from common.errors import UserError
from data.scans.inputs import check_input, path_of, read_input


def image(value):
    return sitk.Image((5, 6, 7), sitk.sitkInt16) + value


def test_files_and_series(tmp_path):
    nibabel.save(
        nibabel.Nifti1Image(np.full((5, 6, 7), 3, np.int16), np.eye(4)),
        tmp_path / "a#1.nii.gz",
    )
    one = read_input(str(tmp_path / "a#1.nii.gz"))
    assert one.array.dtype == np.float32 and (one.array == 3).all()
    assert one.array.shape == (7, 6, 5) == one.geometry.shape
    write_series(tmp_path / "dicom", image(1), 1)
    assert (read_input(tmp_path / "dicom").array == 1).all()
    write_series(tmp_path / "dicom", image(2), 2)
    assert (read_input(f"{tmp_path / 'dicom'}#2").array == 2).all()
    assert path_of(f"{tmp_path / 'dicom'}#2") == tmp_path / "dicom"
    assert path_of(tmp_path / "a#1.nii.gz") == tmp_path / "a#1.nii.gz"


def test_what_names_no_image(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="DICOM files.*none in this folder"):
        read_input(tmp_path / "empty")
    for number in (1, 2):
        write_series(tmp_path / "two", image(0), number)
    with pytest.raises(UserError, match=r"2 of them.*list-series.*two#N"):
        read_input(tmp_path / "two")
    with pytest.raises(UserError, match="the number of a series.*3 of 2"):
        read_input(f"{tmp_path / 'two'}#3")


@pytest.mark.parametrize("name", ["dicom#2", "dicom", "t1.nii.gz"])
def test_what_is_not_there(tmp_path, name):
    source = f"{tmp_path / name}"
    with pytest.raises(UserError, match="No such file") as caught:
        check_input(source)
    assert str(caught.value.file) == source.partition("#")[0]


def test_a_missing_series_is_no_file_without_a_suffix(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        read_input(f"{tmp_path / 'dicom'}#2")
