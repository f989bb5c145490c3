"""Which of many runs a reader is shown."""

import pandas as pd

from common.reporting.cells import GROUP
from common.reporting.largest import changed_settings, is_shown, largest_runs


def rows(*runs):
    """Rows of texts: `data, n_cases, profile, budget` and perhaps the split."""
    lines = []
    for data, n_cases, profile, budget, *split in runs:
        line = dict.fromkeys(GROUP, "x") | {"data": data, "n_cases": n_cases}
        line |= {"profile": profile, "budget": budget, "split": (*split, "patient")[0]}
        lines.append(line)
    return pd.DataFrame(lines)


def chosen(*runs):
    return {
        split: (run["data"].iloc[0], run["budget"].iloc[0])
        for split, run in largest_runs(rows(*runs)).items()
    }


def test_phantoms_and_cubes_are_not_shown():
    assert is_shown("brats17-half2mm") and is_shown("figshare256")
    assert not any(map(is_shown, ["", "phantom", "phantom-brats17", "brats17-cubes32"]))
    assert chosen(("phantom", "9", "demo", "9 epochs"), ("", "", "", "")) == {}


def test_the_longest_training_is_shown_by_its_number():
    found = chosen(
        ("a", "8", "cpu", "2 epochs"),
        ("a", "8", "cpu", "12 epochs"),
        ("a", "40", "cpu", "9 epochs"),
    )
    assert found == {"patient": ("a", "12 epochs")}


def test_the_data_set_with_most_cases_comes_first():
    found = chosen(
        ("whole", "1", "released", "weights as given"),
        ("six", "6", "released", "weights as given"),
        ("cut-cubes32", "53", "cpu", "600 iterations"),
    )
    assert found == {"patient": ("six", "weights as given")}


def test_each_split_has_its_own():
    found = chosen(
        ("a", "8", "cpu", "2 epochs", "image"), ("a", "8", "cpu", "1 epoch", "patient")
    )
    assert found == {"image": ("a", "2 epochs"), "patient": ("a", "1 epoch")}


def test_changed_settings_are_shown_only_where_there_is_nothing_else():
    changed = ("a", "8", "cpu, network.dilation=flat", "20 epochs")
    assert chosen(changed) == {"patient": ("a", "20 epochs")}
    assert chosen(changed, ("a", "8", "cpu", "2 epochs"))["patient"][1] == "2 epochs"


def test_precision_changes_no_method():
    half = "cpu, training.precision=mixed_bfloat16"
    assert changed_settings(half) == []
    found = chosen(("a", "8", half, "20 epochs"), ("a", "8", "cpu", "2 epochs"))
    assert found == {"patient": ("a", "20 epochs")}
    both = ("a", "8", half.replace("cpu", "cpu, loss.smooth=1"), "30 epochs")
    assert chosen(both, ("a", "8", half, "20 epochs"))["patient"][1] == "20 epochs"
