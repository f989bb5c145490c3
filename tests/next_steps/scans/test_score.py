"""Label maps that cannot be scored."""

import shutil

import numpy as np
import pytest

from tests.papers.engine.scoring.files import labels, write, write_pairs

COMMAND, CASE = "papers/engine/scoring/command.py", "papers/engine/scoring/case.py"
MASKS = "papers/engine/scoring/masks.py"
LABELINGS = "papers/engine/scoring/labelings.py"


@pytest.fixture(autouse=True)
def no_figure(monkeypatch):
    """Drawing it takes most of a run's time, and refuses nothing."""
    draw = "papers.engine.scoring.figures.draw_summary"
    monkeypatch.setattr(draw, lambda *arguments: None)


def failed(folder):
    """The next step of the first case that failed."""
    return (folder / "out" / "failed.csv").read_text().splitlines()[1].split(",")[-1]


@pytest.mark.parametrize(
    ("place", "other"),
    [(f"{MASKS}:find_masks", "nowhere"), (f"{MASKS}:find_masks", "empty")],
)
def test_folders_of_label_maps(answer, tmp_path, place, other):
    words = ["score", *write_pairs(tmp_path, "a"), "--out", "out"]
    (tmp_path / "empty").mkdir()
    found = answer(*words[:2], other, *words[3:])
    assert found == (place, "name another folder with --truth")
    assert answer(*words) is None


def test_one_label_map_of_a_case(answer, tmp_path):
    words = ["score", *write_pairs(tmp_path, "a"), "--out", "out"]
    write(tmp_path / "prediction" / "old" / "a.nii.gz", labels())
    place, step = answer(*words)
    assert place == f"{MASKS}:find_masks"
    assert step == "move one of them away, or name a folder below with --prediction"
    assert answer(*words, "--prediction", tmp_path / "prediction" / "old") is None
    shutil.move(tmp_path / "prediction" / "old", tmp_path / "away")
    assert answer(*words) is None


def test_values_with_two_meanings(answer, tmp_path):
    values = labels(3, 4)
    words = ["score", *write_pairs(tmp_path, "a", values), "--out", "out"]
    place, step = answer(*words)
    assert place == f"{LABELINGS}:labeling_by_values"
    first, second = step.removeprefix("add ").split(" or ")
    for choice in (first, second):
        assert answer(*words, *choice.split()) is None


def test_values_of_another_release(answer, tmp_path):
    words = ["score", *write_pairs(tmp_path, "a", labels(3), labels(4)), "--out", "out"]
    assert answer(*words)[0] == f"{COMMAND}:score"
    step = failed(tmp_path)
    assert "--prediction-labels brats21 if 4 is the enhancing tumor" in step
    assert answer(*words, "--prediction-labels", "brats21") is None


def test_values_are_read_by_what_is_said(told, tmp_path):
    from data.brats.releases import LABELINGS as KNOWN
    from papers.engine.scoring.labelings import read_labels

    path = write(tmp_path / "a.nii.gz", labels(4))
    with told(f"{LABELINGS}:read_labels") as caught:
        read_labels(path, KNOWN["brats23"], "--labels")
    assert "--labels brats21" in caught.value.next_step
    read_labels(path, KNOWN["brats21"], "--labels")


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (f"{CASE}:read_pair", {"values": labels()[1:]}),
        (f"{CASE}:read_pair", {"values": labels(), "affine": np.diag([1, 1, 3, 1])}),
    ],
)
def test_grids_of_a_pair(answer, made, tmp_path, place, wrong):
    words = ["score", *write_pairs(tmp_path, "a"), "--out", "out"]
    write(tmp_path / "prediction" / "a.nii.gz", **wrong)
    answer(*words)
    assert place in made and failed(tmp_path).startswith(" then again")
    write(tmp_path / "prediction" / "a.nii.gz", labels())  # on the truth's grid
    assert answer(*words) is None


def test_a_case_without_a_prediction(answer, made, tmp_path):
    words = ["score", *write_pairs(tmp_path, "ab"), "--out", "out"]
    (tmp_path / "prediction" / "a.nii.gz").unlink()
    place, step = answer(*words)
    assert place == f"{COMMAND}:score" and f"{COMMAND}:_prediction" in made
    assert "see out/failed.csv" in step
    assert "add a.nii.gz" in (tmp_path / "out" / "failed.csv").read_text()
    write(tmp_path / "prediction" / "a.nii.gz", labels())
    assert answer(*words) is None


@pytest.mark.parametrize("option", ["--convention", "--lesions", "--labels"])
def test_names_that_are_known(answer, tmp_path, option):
    words = ["score", *write_pairs(tmp_path, "a", labels(0)), "--out", "out"]
    place, step = answer(*words, option, "mine")
    assert place == f"{COMMAND}:_known"
    given, value = step.removeprefix("such as ").split()
    assert given == option
    if option != "--labels":
        assert answer(*words, option, value) is None
    assert answer(*words, "--labels", "brats23") is None


def test_tolerances_are_numbers(answer, tmp_path):
    words = ["score", *write_pairs(tmp_path, "a"), "--out", "out", "--tolerances"]
    for wrong in ("1 mm", "-1"):
        place, step = answer(*words, wrong)
        assert place == f"{COMMAND}:_tolerances"
        assert answer(*words, step.split()[-1]) is None
