"""DICOM series: found, in order, in their place, and without their patient."""

import locale

import numpy as np
import pytest
import SimpleITK as sitk

from benchmarks.scans.dicom_files import PATIENT, locale_kept, write_series
from common.errors import UserError
from data.volume.dicom import find_series, read_series
from data.volume.dicom_header import without_names
from data.volume.itk import geometry_of


def slanted_image(slices=6, seed=0):
    values = np.random.default_rng(seed).integers(0, 1000, (slices, 12, 10), np.int16)
    image = sitk.GetImageFromArray(values)
    image.SetSpacing((0.9, 1.1, 5.0))
    image.SetOrigin((-20.5, 30.0, 12.0))
    turn = sitk.Euler3DTransform()
    turn.SetRotation(0.2, 0.3, -0.1)
    image.SetDirection(turn.GetMatrix())
    return image


def only(folder):
    (series,) = find_series(folder)
    return series


@pytest.mark.parametrize("flipped", [False, True])
def test_voxels_and_places(tmp_path, flipped):
    """With slices in either order; ITK's own reader agrees where it keeps the order."""
    image = slanted_image()
    if flipped:
        image = image[:, :, ::-1]
    write_series(tmp_path, image)
    array, geometry = read_series(only(tmp_path))
    first = geometry_of(slanted_image()).affine
    np.testing.assert_allclose(geometry.affine, first, atol=1e-5)
    np.testing.assert_array_equal(array, sitk.GetArrayFromImage(slanted_image()))
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(tmp_path))
    other = sitk.ReadImage(names)
    np.testing.assert_allclose(geometry_of(other).affine, first, atol=1e-4)
    np.testing.assert_array_equal(array, sitk.GetArrayFromImage(other))


def test_series_of_a_folder_are_told_apart(tmp_path):
    axial, sagittal = slanted_image(), sitk.PermuteAxes(slanted_image(7), (1, 2, 0))
    write_series(tmp_path, axial, 2, {"0008|103e": "second"})
    write_series(tmp_path / "deep" / "er", axial, 1, {"0008|103e": "first"})
    # One series in two directions, as a localizer.
    write_series(tmp_path / "more", sagittal, 2, {"0008|103e": "turned"})
    (tmp_path / "notes.txt").write_text("no DICOM")
    (tmp_path / "short.dcm").write_bytes(b"\0" * 128 + b"DICM")
    (tmp_path / "._01_000_000.dcm").write_bytes(b"\0" * 128 + b"DICM")
    found = find_series(tmp_path)
    assert [series.name for series in found] == [f"{tmp_path}#{n}" for n in (1, 2, 3)]
    descriptions = [series.first.description for series in found]
    assert descriptions == ["first", "second", "turned"]
    assert found[0].shape == (6, 12, 10)
    np.testing.assert_allclose(found[0].spacing, (5.0, 1.1, 0.9), atol=1e-5)


def test_echoes_are_series_of_their_own(tmp_path):
    for echo in (20, 80):
        write_series(tmp_path / str(echo), slanted_image(), 1, {"0018|0081": str(echo)})
    assert [one.first.echo_time for one in find_series(tmp_path)] == [20, 80]


def test_missing_double_and_too_few_slices(tmp_path):
    paths = write_series(tmp_path / "gap", slanted_image())
    paths[2].unlink()
    with pytest.raises(UserError, match="at even distances.*5 and of 10 mm"):
        read_series(only(tmp_path / "gap"))
    write_series(tmp_path / "twice", slanted_image())
    write_series(tmp_path / "twice" / "again", slanted_image())
    with pytest.raises(UserError, match="at even distances"):
        read_series(only(tmp_path / "twice"))
    write_series(tmp_path / "few", slanted_image(3))
    with pytest.raises(UserError, match="4 slices at least.*3.*list-series"):
        read_series(only(tmp_path / "few"))


def test_slices_that_slide_sideways(tmp_path):
    image = slanted_image()
    paths = write_series(tmp_path, image)
    for index, path in enumerate(paths):
        one = sitk.ReadImage(path)
        place = image.TransformIndexToPhysicalPoint((0, 0, index))
        along = np.array(image.GetDirection()).reshape(3, 3)[:, 0]
        moved = np.array(place) + 0.5 * index * along
        one.SetMetaData("0020|0032", "\\".join(f"{mm:.5f}" for mm in moved))
        one.SetOrigin(moved.tolist())
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(path))
        with locale_kept():
            writer.Execute(one)
    with pytest.raises(UserError, match="straight above each other.*2.5 mm beside"):
        read_series(only(tmp_path))


def test_many_frames_in_a_file(tmp_path):
    image = sitk.Cast(slanted_image(), sitk.sitkUInt16)
    with locale_kept():
        sitk.WriteImage(image, tmp_path / "x.dcm")
    with pytest.raises(UserError, match="a file of 6 frames.*dcm2niix"):
        read_series(only(tmp_path))


def test_damaged_slices(tmp_path):
    paths = write_series(tmp_path, slanted_image())
    series = only(tmp_path)
    paths[5].write_bytes(paths[5].read_bytes()[:-100])
    with pytest.raises(UserError, match="GDCM cannot read.*export the series again"):
        read_series(series)
    # The last slice would not be missed.
    with pytest.raises(UserError, match=f"{paths[5].name}.*a damaged or truncated one"):
        find_series(tmp_path)


def test_descriptions_lose_what_tells_the_patient(tmp_path):
    typed = "T1 post Doe john 29.02.2024 MRN-4711 20240229 5"
    write_series(tmp_path, slanted_image(), tags={"0008|103e": typed})
    shown = only(tmp_path).first.description
    assert shown == "T1 post … … … …-… … 5"
    assert without_names("ax T2 tse", PATIENT.values()) == "ax T2 tse"
    assert without_names("Flair 2024-02-29", []) == "Flair …"


def test_the_locale_is_kept(tmp_path):
    """Otherwise Python would read the files of later tests as ASCII."""
    before = locale.setlocale(locale.LC_ALL)
    write_series(tmp_path, slanted_image())
    read_series(only(tmp_path))
    assert locale.setlocale(locale.LC_ALL) == before
    with locale_kept():
        locale.setlocale(locale.LC_ALL, "C")
    assert locale.setlocale(locale.LC_ALL) == before
