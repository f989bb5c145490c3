"""DICOM series that cannot be read: exported again, or converted."""

import nibabel
import numpy as np
import SimpleITK as sitk

from benchmarks.scans.dicom_files import write_series
from data.scans.inputs import read_input
from data.volume.dicom import find_series, read_series
from data.volume.files import read_volume
from data.volume.itk import to_image

DICOM, INPUTS = "data/volume/dicom.py", "data/scans/inputs.py"
AGAIN = "export the series again, whole; or pass a NIfTI file"


def image(value=1, slices=6):
    made = sitk.Image((5, 6, slices), sitk.sitkUInt16) + value
    made.SetSpacing((1, 1, 3))
    return made


def test_a_folder_without_dicom(answer, tmp_path):
    (tmp_path / "other").mkdir()
    place, step = answer("list-series", tmp_path / "other")
    assert place == "papers/engine/predict/listing.py:list_series"
    assert step.startswith("name another folder")
    write_series(tmp_path / "in", image())
    assert answer("list-series", tmp_path / "in") is None


def test_a_series_with_a_gap_or_moved(told, tmp_path):
    paths = write_series(tmp_path / "in", image())
    paths[2].unlink()
    with told(f"{DICOM}:_check") as caught:
        read_input(tmp_path / "in")
    assert caught.value.next_step == AGAIN
    for number, path in enumerate(paths):
        one = image()[:, :, number : number + 1]
        one.SetOrigin((2.0 * number, 0, 3.0 * number))
        sitk.WriteImage(one, tmp_path / "slanted.dcm")
        moved = sitk.ReadImage(tmp_path / "slanted.dcm")
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        moved.SetMetaData("0020|000e", "1.2.3")
        moved.SetMetaData("0020|0032", f"{2.0 * number}\\0\\{3.0 * number}")
        writer.SetFileName(str(path))
        writer.Execute(moved)
    with told(f"{DICOM}:_check") as caught:
        read_input(tmp_path / "in")
    assert caught.value.next_step == AGAIN
    write_series(tmp_path / "in", image())
    assert read_input(tmp_path / "in").array.shape == (6, 6, 5)


def test_a_localizer(told, answer, tmp_path, capsys):
    write_series(tmp_path / "in", image(slices=3), 1)
    write_series(tmp_path / "in", image(), 2)
    with told(f"{DICOM}:_check") as caught:
        read_input(f"{tmp_path / 'in'}#1")
    assert "papers list-series FOLDER" in caught.value.next_step
    assert answer("list-series", tmp_path / "in") is None
    assert "#2" in capsys.readouterr().out
    assert read_input(f"{tmp_path / 'in'}#2").array.shape == (6, 6, 5)


def test_many_frames(told, tmp_path):
    (tmp_path / "in").mkdir()
    sitk.WriteImage(image(), tmp_path / "in" / "x.dcm")
    with told(f"{DICOM}:_check") as caught:
        read_input(tmp_path / "in")
    assert "pass the NIfTI file" in caught.value.next_step
    sitk.WriteImage(image(), tmp_path / "x.nii.gz")
    assert (read_input(tmp_path / "x.nii.gz").array == 1).all()


def test_a_damaged_slice(told, tmp_path):
    paths = write_series(tmp_path / "in", image())
    (series,), whole = find_series(tmp_path / "in"), paths[0].read_bytes()
    paths[0].write_bytes(whole[:-50])
    with told(f"{DICOM}:read_series") as caught:
        read_series(series)
    assert caught.value.next_step == AGAIN
    with told("data/volume/dicom_header.py:read_header") as caught:
        find_series(tmp_path / "in")
    assert caught.value.next_step.startswith("copy or download the file again")
    paths[0].write_bytes(whole)
    assert read_input(tmp_path / "in").array.shape == (6, 6, 5)


def test_a_folder_that_names_no_series(told, answer, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    with told(f"{INPUTS}:_choose") as caught:
        read_input(tmp_path / "in")
    assert caught.value.next_step.startswith("name a folder of a DICOM series")
    for number in (1, 2):
        write_series(tmp_path / "in", image(number), number)
    with told(f"{INPUTS}:_choose") as caught:
        read_input(tmp_path / "in")
    assert f"name one as {tmp_path / 'in'}#N" in caught.value.next_step
    with told(f"{INPUTS}:_choose") as caught:
        read_input(f"{tmp_path / 'in'}#0")
    words = caught.value.next_step.split("`")[1].split()
    assert words[:3] == [".venv/bin/python", "-m", "papers"]
    assert answer(*words[3:]) is None
    assert "#2" in capsys.readouterr().out
    assert (read_input(f"{tmp_path / 'in'}#2").array == 2).all()


def test_axes_that_slant(told, tmp_path):
    affine = np.eye(4)
    affine[0, 1] = 0.5
    nibabel.save(nibabel.Nifti1Image(np.ones((3, 4, 5)), affine), tmp_path / "a.nii")
    with told("data/volume/itk.py:to_image") as caught:
        to_image(*read_volume(tmp_path / "a.nii"), tmp_path / "a.nii")
    assert "pass the DICOM series itself" in caught.value.next_step
    write_series(tmp_path / "in", image())
    one = read_input(tmp_path / "in")
    assert to_image(one.array, one.geometry, one.name).GetSize() == (5, 6, 6)
