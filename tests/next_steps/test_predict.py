"""Predictions that are refused: inputs, outputs and runs."""

import json
import shutil
from pathlib import Path

import keras
import nibabel
import numpy as np
import pytest
from PIL import Image

from papers import load_run, registry
from papers.engine.predict.command import _with_released_weights
from papers.engine.predict.record import Record
from papers.engine.predict.show import check_shown
from papers.engine.predict.slices import SliceFiles
from papers.engine.predict.volumes import VolumeFiles
from papers.engine.run import Run
from tests.papers.engine.predict.test_load_run import write_run

COMMAND = "papers/engine/predict/command.py"
FILES, SLICES = "papers/engine/predict/files.py", "papers/engine/predict/slices.py"
SHOW = "papers/engine/predict/show.py"
RUN, LOAD = "papers/engine/run.py", "papers/engine/predict/load_run.py"
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run of linkdsl; not to be changed."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    write_run(folder, "linkdsl")
    return folder


@pytest.fixture
def run(finished, tmp_path):
    return Run(shutil.copytree(finished, tmp_path / "run"))


@pytest.fixture
def case(tmp_path):
    """A case in a folder of one more."""
    for number in "12":
        folder = tmp_path / "cases" / f"case{number}"
        folder.mkdir(parents=True)
        for name in ("flair", "t1", "t1ce", "t2"):
            image = nibabel.Nifti1Image(np.ones((4, 5, 6), np.int16), LPS)
            nibabel.save(image, folder / f"x_{name}.nii.gz")
    return tmp_path / "cases" / "case1"


class Threshold:
    """Segments without a network."""

    def __call__(self, image):
        return image > 0

    def fingerprint(self):
        return "threshold"


@pytest.fixture
def no_network(monkeypatch):
    """What is refused and followed is the same with any segmenter."""
    inference = registry.paper("linkdsl").inference
    monkeypatch.setattr(inference, "segmenter", lambda *arguments: Threshold())


@pytest.fixture
def picture(tmp_path):
    (tmp_path / "slices").mkdir()
    path = tmp_path / "slices" / "1.png"
    Image.fromarray(np.ones((32, 32), np.uint8)).save(path)
    return path


def test_a_scan_is_given_once(answer, case, capsys):
    for more in ((), ("--case", case, "--t1", "t1.nii")):
        place, step = answer("predict", "dsunet", *more, "--out", "seg.nii.gz")
        assert place == f"{COMMAND}:predict"
        assert step == "see `.venv/bin/python -m papers predict --help`"
        assert answer("predict", "--help") is None
        assert "--case" in capsys.readouterr().out
    assert_other(answer("predict", "dsunet", "--case", case, "--out", "seg.nii.gz"))


def assert_other(found):
    """There is no network to segment with; everything before it was accepted."""
    assert found[0] == f"{RUN}:open"


IS_FILE = f"{COMMAND}:_is_file"


@pytest.mark.parametrize(
    ("place", "scans", "out", "there", "fixed"),
    [
        (IS_FILE, "cases", "seg.nii.gz", None, "segs"),
        (IS_FILE, "cases/case1", "seg.nii.gz", "folder", "other.nii.gz"),
        (IS_FILE, "cases/case1", "seg.hdr", None, None),
        (IS_FILE, "cases", "segs", "file", "more"),
        (IS_FILE, "cases", "segs.new", None, "segs.new"),
    ],
)
def test_an_output_that_fits(answer, tmp_path, case, place, scans, out, there, fixed):
    if there == "folder":
        (tmp_path / out).mkdir()
    elif there == "file":
        (tmp_path / out).write_text("")
    words = ["predict", "dsunet", "--case", scans, "--out"]
    found, step = answer(*words, out)
    assert found == place
    if step.startswith("mkdir "):
        folder = step.split()[1]
        assert folder == str(tmp_path / out)
        (tmp_path / out).mkdir()
    elif step.startswith("such as --out "):
        fixed = step.split()[-1]
    else:
        assert "with --out" in step
    assert_other(answer(*words, fixed))


def test_an_output_that_is_an_input(answer, case):
    words = ["predict", "dsunet", "--case", case, "--out"]
    place, step = answer(*words, case / "x_t1.nii.gz")
    assert place == f"{FILES}:check_file" and "in another folder" in step
    assert_other(answer(*words, case.parent.parent / "seg.nii.gz"))
    words = ["predict", "dsunet", "--case", case.parent, "--out"]
    place, step = answer(*words, case.parent)
    assert place == f"{FILES}:check_folder" and step == "choose another --out"
    assert_other(answer(*words, case.parent.parent / "segs"))


def test_an_output_of_someone_else(answer, tmp_path, case):
    out = tmp_path / "seg.nii.gz"
    out.write_text("mine")
    words = ["predict", "dsunet", "--case", case, "--out", out]
    place, step = answer(*words)
    assert place == f"{FILES}:_foreign" and "move what is there" in step
    out.rename(tmp_path / "moved")
    assert_other(answer(*words))


def test_two_inputs_of_one_name(answer, picture, no_network):
    shutil.copy(picture, picture.with_suffix(".mat"))
    words = ["predict", "linkdsl", "--case", picture.parent, "--out", "masks"]
    place, step = answer(*words)
    assert place == f"{FILES}:check_folder" and step.startswith("rename one of them")
    picture.with_suffix(".mat").unlink()
    shutil.copy(picture, picture.parent / "2.png")
    assert answer(*words) is None


def test_slices_that_are_none(answer, told, tmp_path, picture, no_network):
    words = ["predict", "linkdsl", "--out", "mask.png"]
    place, step = answer(*words, "--t1", picture)
    assert (place, step) == (f"{SLICES}:open_case", "use --case FILE")
    assert answer(*words, "--case", picture) is None
    other = tmp_path / "1.jpg"
    Image.open(picture).save(other)
    place, step = answer(*words, "--case", other)
    assert place == f"{SLICES}:_unreadable" and step.startswith("convert it")
    Image.open(other).save(tmp_path / "converted.png")
    words[-1] = "other.png"
    assert answer(*words, "--case", tmp_path / "converted.png") is None
    (tmp_path / "empty").mkdir()
    with told(f"{SLICES}:_no_slices") as caught:
        SliceFiles().list_cases(tmp_path / "empty")
    assert "the folder of the slices" in caught.value.next_step
    with told(f"{SLICES}:_no_slices") as caught:
        SliceFiles().list_cases(tmp_path / "absent")
    assert "the folder of the slices" in caught.value.next_step
    assert SliceFiles().list_cases(picture.parent) == [("1", picture)]


def test_all_four_modalities(told, case):
    files = VolumeFiles()
    with told("papers/engine/predict/volumes.py:images") as caught:
        files.images(files.open_case({"flair": "x"}))
    assert "--flair … --t1 … --t1ce … --t2" in caught.value.next_step
    assert len(files.images(files.open_case(case))) == 4


def test_a_record_that_is_none(told, tmp_path):
    path = Record(tmp_path).path
    path.write_text(json.dumps(["x"]))
    with told("papers/engine/predict/record.py:_read") as caught:
        Record(tmp_path).is_ours("x", path)
    assert caught.value.next_step == "choose another --out"
    (tmp_path / "other").mkdir()
    assert not Record(tmp_path / "other").is_ours("x", path)


def test_a_folder_with_a_bad_slice(answer, picture, tmp_path, no_network):
    """It is removed; the others are kept."""
    bad = picture.with_name("2.png")
    bad.write_bytes(b"no")
    words = ["predict", "linkdsl", "--case", picture.parent, "--out", "masks"]
    place, step = answer(*words)
    assert place == f"{COMMAND}:predict" and "repair or remove them" in step
    mask = tmp_path / "masks" / "1.png"
    before = mask.stat().st_mtime_ns
    bad.unlink()
    assert answer(*words) is None
    assert mask.stat().st_mtime_ns == before


def test_weights_that_are_no_run(told, run, tmp_path):
    linkdsl, cunet = registry.paper("linkdsl"), registry.paper("cunet")
    with told(f"{RUN}:open") as caught:
        Run(tmp_path).open(linkdsl)
    assert "name another with --weights" in caught.value.next_step
    with told(f"{RUN}:open") as caught:
        run.open(cunet)
    assert caught.value.next_step == "name another run with --weights"
    assert run.open(linkdsl)[0].id == "dual"
    with told(f"{LOAD}:_paper_of") as caught:
        load_run(tmp_path)
    assert "has a file finished.json" in caught.value.next_step
    assert load_run(run.folder).paper is linkdsl


def test_a_run_of_another_version(told, run):
    path = run.folder / "job.json"
    job = path.read_text()
    path.write_text(json.dumps(json.loads(job) | {"method": "old"}))
    with told(f"{LOAD}:_paper_of") as caught:
        load_run(run.folder)
    assert caught.value.next_step.startswith("train it again")
    path.write_text(job)
    assert run.open(registry.paper("linkdsl"))


def test_a_damaged_run(told, run, finished):
    linkdsl = registry.paper("linkdsl")
    (run.folder / "job.json").write_text("{")
    with told(f"{RUN}:_damaged") as caught:
        run.open(linkdsl)
    assert caught.value.next_step == f"delete {run.folder} and train again"
    shutil.rmtree(run.folder)
    shutil.copytree(finished, run.folder)
    assert run.open(linkdsl)


def test_weights_of_another_network(told, run):
    small, smaller = (
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
        for units in (2, 1)
    )
    smaller.save_weights(run.weights("best"))
    with told("common/training/weights.py:load_weights") as caught:
        run.load_weights(small, "best")
    assert caught.value.next_step == f"delete {run.folder} and train again"
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
    run.weights("best").write_bytes(pointer)
    with told("common/training/weights.py:load_weights") as caught:
        run.load_weights(small, "best")
    assert caught.value.next_step == "git lfs pull"
    small.save_weights(run.weights("best"))
    run.load_weights(small, "best")


def test_papers_whose_authors_released_nothing(told):
    with told(f"{COMMAND}:_with_released_weights") as caught:
        _with_released_weights("cunet")
    able = caught.value.expected.rpartition(": ")[2]
    assert _with_released_weights(able).id == able
    assert f"PAPER={able} FROM=folder" in caught.value.next_step


def test_a_page_or_a_picture_is_of_one_case(told, tmp_path):
    out = tmp_path / "seg.png"
    with told(f"{SHOW}:check_shown") as caught:
        check_shown(False, out, tmp_path / "page", None)
    assert "leave it out" in caught.value.next_step
    check_shown(False, out, None, None)
    for wrong in (tmp_path / "seen.jpg", out):
        with told(f"{SHOW}:check_shown") as caught:
            check_shown(True, out, None, wrong)
        advised = caught.value.next_step.removeprefix("such as --overlay ")
        check_shown(True, out, None, Path(advised))


def test_a_page_goes_to_a_folder_of_its_own(told, tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("mine")
    with told("papers/engine/report/one_scan.py:check_report_folder") as caught:
        check_shown(True, tmp_path / "a.nii", tmp_path / "page", None)
    advised = caught.value.next_step.partition("--report ")[2]
    assert not Path(advised).exists()
    check_shown(True, tmp_path / "a.nii", Path(advised), None)
