"""How numbers, runs and commands of rows are shown."""

import pytest

from papers.engine.pages.text import (
    command_shown,
    folded,
    markdown,
    number,
    run_shown,
    with_interval,
)


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        (
            "make x DATA=../there/brats/cubes32 PROFILE=cpu",
            "make x DATA=cubes32 PROFILE=cpu",
        ),
        ("make x DATA=/there/d/half2mm/ FOLDS=0,1", "make x DATA=half2mm FOLDS=0,1"),
        ('make x DATA="~/my heads/b" EPOCHS=2', 'make x DATA="b" EPOCHS=2'),
        ('make x DATA="/a/b" SPLITS=/c/parts.csv', 'make x DATA="b" SPLITS=parts.csv'),
        ("make x SET=network.dilation=flat", "make x SET=network.dilation=flat"),
        ("make x", "make x"),
    ],
)
def test_commands_have_folders_by_their_own_names(recorded, shown):
    assert command_shown(recorded) == shown


def test_numbers():
    assert number("0.81234") == "0.8123" and number("-0.05", "+") == "-0.0500"
    assert number("3757945") == "3,757,945" and number("") == ""
    assert with_interval("0.5", "0.4", "0.61") == "0.5000 [0.400, 0.610]"
    assert with_interval("0.5", "", "") == "0.5000"


def test_a_run_in_words():
    run = {"data": "brats17-half2mm", "coverage": "40/1285", "profile": "half"}
    run |= {"budget": "20 epochs", "split": "patient", "folds": "0", "seeds": "0 1"}
    assert run_shown(run) == (
        "`brats17-half2mm` (40 of 1,285 cases), profile half, 20 epochs, split "
        "patient, folds 0, seeds 0 1"
    )


def test_tables_and_folds():
    assert markdown(("a", "b"), [(1, "x")]) == "| a | b |\n| --- | --- |\n| 1 | x |"
    lines = folded("more", "text").splitlines()
    assert lines[0] == "<details>" and "<summary>more</summary>" in lines
    assert lines[-1] == "</details>" and "text" in lines
