"""Rows of cases: none is lost, and the same rows give the same bytes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import UserError
from common.reporting.cases import (
    RUN,
    empty_cases,
    merge_cases,
    read_cases,
    write_cases,
)

runs = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 2), st.integers(0, 1)),
    unique=True,
    max_size=6,
)


def written(tmp_path, cases):
    write_cases(tmp_path / "cases.csv", cases)
    return (tmp_path / "cases.csv").read_bytes()


@pytest.fixture(scope="module")
def merged(make_run):
    """Merges lists of (method, fold, seed), each time with other scores."""

    def merge(cases, keys, mark):
        new = [
            make_run(method, fold, seed, n=2).assign(dice=mark)
            for method, fold, seed in keys
        ]
        return merge_cases(cases, pd.concat(new)) if new else cases

    return merge


# A busy machine must not count as a failure.
@settings(deadline=None, max_examples=50)
@given(old=runs, new=runs)
def test_merging_replaces_whole_runs_and_loses_no_other(merged, old, new):
    cases = merged(merged(empty_cases(), old, 0.25), new, 0.75)
    found = {
        (row.method, row.fold, row.seed, row.case): row.dice
        for row in cases.itertuples()
    }
    assert len(cases) == len(found) == 2 * len({*old, *new})
    for method, fold, seed in {*old, *new}:
        expected = 0.75 if (method, fold, seed) in new else 0.25
        for i in range(2):
            assert found[method, fold, seed, f"{2 * fold + i:03d}"] == expected


@pytest.mark.parametrize("key", RUN)
def test_runs_that_differ_in_any_key_stand_side_by_side(make_run, key):
    other = 9 if key in ("fold", "seed") else "other"
    cases = merge_cases(make_run(), make_run(**{key: other}))
    assert len(cases) == 2 * len(make_run())


def test_a_run_with_fewer_cases_leaves_none_of_the_old_ones(make_run):
    cases = merge_cases(make_run(n=6), make_run(n=4))
    assert cases["case"].tolist() == ["000", "001", "002", "003"]


def test_new_metrics_join_the_old_ones(make_run, tmp_path):
    old, new = make_run(), make_run("linknet").assign(dice_soft=0.5)
    write_cases(tmp_path / "cases.csv", merge_cases(old, new))
    cases = read_cases(tmp_path / "cases.csv").set_index("method")
    assert cases.loc["dual", "dice_soft"].isna().all()
    assert (cases.loc["linknet", "dice_soft"] == 0.5).all()
    assert cases.columns[-3:].tolist() == ["dice_soft", "command", "commit"]


def test_writing_what_was_read_changes_no_byte(make_run, tmp_path):
    cases = make_run().assign(dice=np.linspace(0, 1, 6) / 3, hd95=np.nan, patient=None)
    first = written(tmp_path, cases)
    again = written(tmp_path, read_cases(tmp_path / "cases.csv"))
    assert again == first
    assert written(tmp_path, cases.sample(frac=1, random_state=0)) == first
    rerun = merge_cases(read_cases(tmp_path / "cases.csv"), cases)
    assert written(tmp_path, rerun) == first


def test_types_survive(make_run, tmp_path):
    counts = [8_928_001, 0, 1, 2, 3, 4]  # voxels of a volume, more than six digits
    scores = [1 / 3, 1e-9, 1.0, 0.0, np.nan, 0.5]
    cases = make_run(case=list("7AB012")).assign(tn=counts, dice=scores)
    cases.loc[0, ["case", "patient", "coverage"]] = ["007", "NA", "52 %, of 3,064"]
    write_cases(tmp_path / "cases.csv", cases)
    back = read_cases(tmp_path / "cases.csv").set_index("case")
    assert back.loc["007", "patient"] == "NA"
    assert back.loc["007", "coverage"] == "52 %, of 3,064"
    assert back.loc["007", "tn"] == 8_928_001
    assert back.loc[list("AB"), "dice"].tolist() == [1e-9, 1.0]
    assert back.loc["007", "dice"] == pytest.approx(1 / 3, rel=1e-5)
    assert np.isnan(back.loc["1", "dice"])
    assert back["fold"].dtype == "int64" and back["dice"].dtype == "float64"


def test_empty_cases_can_be_written_and_read(tmp_path):
    write_cases(tmp_path / "cases.csv", empty_cases())
    assert read_cases(tmp_path / "cases.csv").equals(empty_cases())


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda text: text.replace("fingerprint", "print"), "no column fingerprint"),
        (lambda text: text.replace("000,100360", "001,100360"), "each case once"),
        (lambda text: text.replace("image,0,", "image,0.5,"), "in the column fold"),
        (lambda text: text.replace("image,0,", f"image,{2**63},"), "column fold"),
        (lambda text: text.replace(",262", ",two"), "in the column tn"),
        (lambda text: text + "<<<<<<< HEAD\n", "line 8: expected 21 fields"),
        (lambda text: text.replace("dice", "tp"), "distinct column names"),
    ],
)
def test_refuses_a_damaged_file(make_run, tmp_path, change, message):
    text = written(tmp_path, make_run()).decode()
    assert change(text) != text
    (tmp_path / "cases.csv").write_text(change(text))
    with pytest.raises(UserError, match=message):
        read_cases(tmp_path / "cases.csv")


def test_a_folder_that_cannot_be_written_is_an_error(make_run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="to be able to write it"):
        write_cases(tmp_path / "file" / "cases.csv", make_run())


def test_a_named_convention_stays_text(make_run, tmp_path):
    cases = make_run(n=2).assign(convention="border-max/brats")
    write_cases(tmp_path / "cases.csv", merge_cases(empty_cases(), cases))
    read = read_cases(tmp_path / "cases.csv")
    assert read["convention"].tolist() == ["border-max/brats"] * 2
    assert list(read).index("convention") == list(read).index("status") + 1
