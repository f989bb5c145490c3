"""Raw scans and DICOM series that cannot be used: what is said next, followed."""

import shutil
import sys

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from benchmarks.scans.dicom_files import locale_kept, write_series
from data.scans import preparation
from data.scans.inputs import read_input
from data.scans.skull import strip_skull
from data.volume.dicom import find_series, read_series
from data.volume.files import read_volume
from data.volume.itk import to_image
from papers import segment
from tests.data.scans import heads
from tests.papers.engine.predict import raw_scan

OWN, FOLDER = (
    "papers/engine/predict/own_scan.py",
    "papers/engine/predict/scan_folder.py",
)
PREPARED = "papers/engine/predict/preparation.py"
SCANS, SKULL = "data/scans/preparation.py", "data/scans/skull.py"


@pytest.fixture
def quick(monkeypatch):
    """Prepares scans on a small grid, after a search of their places that is short."""
    monkeypatch.setattr(preparation, "GRID", (20, 20, 20))
    raw_scan.search_hardly(monkeypatch)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A raw scan; not to be changed."""
    folder = tmp_path_factory.mktemp("written") / "raw"
    raw_scan.write_scan(folder)
    return folder


@pytest.fixture
def raw(tmp_path, monkeypatch, quick, written):
    """A raw scan to be used at will: what to name each modality, and its mask."""
    raw_scan.use_bright(monkeypatch)
    return raw_scan.named(shutil.copytree(written, tmp_path / "raw"))


def flags(sources):
    return [word for n, source in sources.items() for word in (f"--{n}", source)]


def test_options_of_preparation(answer, raw):
    sources, mask = raw
    words = ["predict", "x", *flags(sources), "--brain-mask", mask, "--out", "out"]
    place, step = answer(*words)
    assert place == "papers/engine/cli/predict.py:predict"
    assert step == "add --prepare, or leave them out"
    place, step = answer(*words, "--prepare", "--overlay", "x.png")
    assert place == "papers/engine/cli/predict.py:predict"
    assert step.startswith("leave them out")
    assert answer(*words, "--prepare") is None


def test_a_scan_is_given_once_and_whole(answer, raw, capsys):
    sources, mask = raw
    words = ["prepare-scan", "--brain-mask", mask, "--out", "out"]
    place, step = answer(*words)
    assert place == f"{OWN}:given_scan"
    assert answer(*step.split("`")[1].split()[3:]) is None
    assert "--t1ce" in capsys.readouterr().out
    three = {name: source for name, source in sources.items() if name != "t2"}
    place, step = answer(*words, *flags(three))
    assert place == f"{OWN}:sources_of" and "FOLDER#N for each" in step
    assert answer(*words, *flags(sources)) is None


def test_a_folder_of_dicom_files(answer, raw, capsys):
    sources, mask = raw
    case = mask.parent / "DOE_JOHN"
    place, step = answer("prepare-scan", "--case", case, "--out", "out")
    assert place == f"{OWN}:_refuse_dicom"
    assert answer(*step.split("`")[1].split()[3:]) is None
    shown = capsys.readouterr().out
    assert f"--t1ce {sources['t1ce']}" in shown.replace("'", "")


def test_where_the_brain_is(answer, raw):
    sources, mask = raw
    words = ["prepare-scan", *flags(sources), "--out", "out"]
    place, step = answer(*words)
    assert place == f"{PREPARED}:check_brain"
    assert step.startswith("add --brain-mask FILE, or --skull-strip")
    assert answer(*words, "--brain-mask", mask) is None


def test_outputs_that_would_destroy_something(answer, tmp_path, raw):
    sources, mask = raw
    words = ["prepare-scan", *flags(sources), "--brain-mask", mask, "--out"]
    (tmp_path / "file").write_text("")
    place, step = answer(*words, "file")
    assert (place, step) == (f"{FOLDER}:_require_folder", "name a folder with --out")
    place, step = answer(*words, mask.parent)
    assert (place, step) == (f"{FOLDER}:_keep_apart", "choose another --out")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "t1.nii.gz").write_text("mine")
    place, step = answer(*words, "out")
    assert place == f"{FOLDER}:_refuse_foreign" and "move what is there" in step
    (tmp_path / "out" / "t1.nii.gz").rename(tmp_path / "t1.nii.gz")
    assert answer(*words, "out") is None


def test_masks_that_are_not_of_the_prepared_scan(answer, tmp_path, raw, capsys):
    sources, mask = raw
    prepared = tmp_path / "prepared"
    words = ["restore-mask", "--case", prepared, "--out", "back", "--mask"]
    place, step = answer(*words, mask)
    assert place == f"{PREPARED}:read_reference"
    assert answer(*step.split("`")[1].split()[3:]) is None
    more = ["--brain-mask", mask, "--out", prepared]
    assert answer("prepare-scan", *flags(sources), *more) is None
    place, step = answer(*words, mask)
    assert place == f"{OWN}:restore_mask" and f"--case {prepared}" in step
    # Such a mask has the grid of the prepared images.
    assert answer(*words, prepared / "brain.nii.gz") is None


def test_images_and_masks_without_a_brain(told, quick):
    head = heads.as_input(heads.scan("t1ce"), "t1ce")
    inputs = {n: heads.as_input(heads.scan(n), n) for n in raw_scan.ORDER}
    slab = heads.as_input(heads.scan("t2")[20:26, 20:26, 8:11], "t2")
    nothing = heads.as_input(heads.scan("t1ce") * 0, "mask")
    with told(f"{SCANS}:_elsewhere") as caught:
        preparation.prepare(inputs | {"t2": slab}, head, str)
    assert caught.value.next_step.startswith("name another image")
    with told(f"{SCANS}:_image_of") as caught:
        preparation.prepare(inputs | {"t2": nothing}, head, str)
    assert caught.value.next_step == "export the image again"
    with told(f"{SCANS}:_on_grid") as caught:
        preparation.prepare(inputs, nothing, str)
    assert "make it from this very image" in caught.value.next_step
    assert preparation.prepare(inputs, head, str).brain.any()


def test_programs_that_strip_no_skull(told, tmp_path):
    head = heads.as_input(heads.scan("t1ce"), "t1ce")
    program = tmp_path / "strip"
    for place, command, step in [
        (
            f"{SKULL}:_words",
            "strip {in}",
            'such as --skull-strip "hd-bet -i {in} -o {out}"',
        ),
        (f"{SKULL}:_run", f"{program} {{in}} {{out}}", "install it, or name its file"),
        (f"{SKULL}:_run", "false {in} {out}", "run the command alone"),
        (f"{SKULL}:_run", "true {in} {out}", "run the command alone"),
        (f"{SKULL}:_read", "sh -c 'echo {in} > {out}'", "run the command alone"),
    ]:
        with told(place) as caught:
            strip_skull(command, head)
        assert step in caught.value.next_step
    program.write_text(
        f"#!{sys.executable}\nimport shutil, sys\nshutil.copy(*sys.argv[1:])"
    )
    program.chmod(0o755)
    found = strip_skull(f"{program} {{in}} {{out}}", head)
    np.testing.assert_array_equal(found.array, head.array)


def test_other_steps_of_the_same_places(told, tmp_path, raw):
    """`--skull-strip` in place of a mask."""
    sources, mask = raw
    with told(f"{PREPARED}:check_brain"):
        segment(sources, tmp_path / "out", say=str)
    command = f"cp {mask} {{out}} --backup=none --suffix={{in}}"
    assert segment(sources, tmp_path / "out", skull_strip=command, say=str).volumes
    assert sitk.ReadImage(tmp_path / "out" / "segmentation.nii.gz").GetSize()


DICOM, INPUTS = "data/volume/dicom.py", "data/scans/inputs.py"
AGAIN = "export the series again, whole; or pass a NIfTI file"


def made_image(value=1, slices=6):
    made = sitk.Image((5, 6, slices), sitk.sitkUInt16) + value
    made.SetSpacing((1, 1, 3))
    return made


def test_a_folder_without_dicom(answer, tmp_path):
    (tmp_path / "other").mkdir()
    place, step = answer("list-series", tmp_path / "other")
    assert place == "papers/engine/predict/listing.py:list_series"
    assert step.startswith("name another folder")
    write_series(tmp_path / "in", made_image())
    assert answer("list-series", tmp_path / "in") is None


def test_a_series_with_a_gap_or_moved(told, tmp_path):
    paths = write_series(tmp_path / "in", made_image())
    paths[2].unlink()
    with told(f"{DICOM}:_check") as caught:
        read_input(tmp_path / "in")
    assert caught.value.next_step == AGAIN
    for number, path in enumerate(paths):
        one = made_image()[:, :, number : number + 1]
        one.SetOrigin((2.0 * number, 0, 3.0 * number))
        with locale_kept():
            sitk.WriteImage(one, tmp_path / "slanted.dcm")
            moved = sitk.ReadImage(tmp_path / "slanted.dcm")
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        moved.SetMetaData("0020|000e", "1.2.3")
        moved.SetMetaData("0020|0032", f"{2.0 * number}\\0\\{3.0 * number}")
        writer.SetFileName(str(path))
        with locale_kept():
            writer.Execute(moved)
    with told(f"{DICOM}:_check") as caught:
        read_input(tmp_path / "in")
    assert caught.value.next_step == AGAIN
    write_series(tmp_path / "in", made_image())
    assert read_input(tmp_path / "in").array.shape == (6, 6, 5)


def test_a_localizer(told, answer, tmp_path, capsys):
    write_series(tmp_path / "in", made_image(slices=3), 1)
    write_series(tmp_path / "in", made_image(), 2)
    with told(f"{DICOM}:_check") as caught:
        read_input(f"{tmp_path / 'in'}#1")
    assert "papers list-series FOLDER" in caught.value.next_step
    assert answer("list-series", tmp_path / "in") is None
    assert "#2" in capsys.readouterr().out
    assert read_input(f"{tmp_path / 'in'}#2").array.shape == (6, 6, 5)


def test_many_frames(told, tmp_path):
    (tmp_path / "in").mkdir()
    with locale_kept():
        sitk.WriteImage(made_image(), tmp_path / "in" / "x.dcm")
    with told(f"{DICOM}:_check") as caught:
        read_input(tmp_path / "in")
    assert "pass the NIfTI file" in caught.value.next_step
    sitk.WriteImage(made_image(), tmp_path / "x.nii.gz")
    assert (read_input(tmp_path / "x.nii.gz").array == 1).all()


def test_a_damaged_slice(told, tmp_path):
    paths = write_series(tmp_path / "in", made_image())
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
        write_series(tmp_path / "in", made_image(number), number)
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
    write_series(tmp_path / "in", made_image())
    one = read_input(tmp_path / "in")
    assert to_image(one.array, one.geometry, one.name).GetSize() == (5, 6, 6)
