"""Verification fails for every way in which a result can leave its record."""

import pandas as pd
import pytest

from common.errors import UserError
from common.reporting.cases import merge_cases
from common.reporting.tables import write_results
from common.reporting.verify import record, verify


@pytest.fixture
def folder(tmp_path, table, cases):
    write_results(tmp_path / "results", [table], cases)
    record(tmp_path / "results", [table])
    return tmp_path / "results"


def failures(folder, table):
    return [str(outcome) for outcome in verify(folder, [table]) if not outcome.passed]


def test_what_was_just_recorded_passes(folder, table):
    outcomes = verify(folder, [table])
    assert len(outcomes) == 2 * 2 + 2
    assert all(outcome.passed for outcome in outcomes)
    assert str(outcomes[0]).startswith(
        "ok   table 2, linknet, dice (figshare256, 1194/3064, cpu, 12 epochs, image)"
    )


def test_a_new_range_is_half_the_interval(folder):
    cells = pd.read_csv(folder / "cells.csv").dropna(subset="reproduced")
    expected = pd.read_csv(folder / "expected.csv")
    half = (cells["ci_high"] - cells["ci_low"]) / 2
    assert expected["tolerance"].tolist() == pytest.approx(half.tolist(), rel=1e-4)
    assert expected["value"].tolist() == pytest.approx(cells["reproduced"].tolist())


def test_a_cell_without_interval_gets_the_default(tmp_path, table, make_run):
    write_results(tmp_path, [table], make_run(n=1))
    record(tmp_path, [table], tolerance=0.03)
    assert (pd.read_csv(tmp_path / "expected.csv")["tolerance"] == 0.03).all()


def test_recording_again_moves_the_value_and_keeps_the_tolerance(folder, table, cases):
    path = folder / "expected.csv"
    expected = pd.read_csv(path)
    expected["tolerance"] = [0.001, 0.002, 0.003, 0.004]
    expected.to_csv(path, index=False)
    write_results(folder, [table], cases.assign(dice=0.5))
    record(folder, [table])
    found = pd.read_csv(path)
    assert found["tolerance"].tolist() == [0.001, 0.002, 0.003, 0.004]
    assert found["value"][found["column"] == "dice"].tolist() == [0.5, 0.5]


def test_a_value_outside_its_range_fails(folder, table, cases):
    lower = cases.assign(dice=cases["dice"].where(cases["method"] != "dual", 0.01))
    write_results(folder, [table], lower)
    (failure,) = failures(folder, table)
    assert "table 2, dual, dice" in failure
    assert "received 0.0100" in failure and "expected 0." in failure


def test_a_recorded_row_that_is_gone_fails(folder, table, cases):
    write_results(folder, [table], cases[cases["method"] == "dual"])
    found = failures(folder, table)
    assert len(found) == 2
    assert all("linknet" in line and "no such row" in line for line in found)


def test_a_row_whose_cases_failed_fails(folder, table, cases):
    write_results(folder, [table], cases.assign(status="failed: unreadable"))
    found = failures(folder, table)
    assert len(found) == 4
    assert "12 of 12 cases failed" in found[0]


@pytest.mark.parametrize("name", ["cells.csv", "table2.csv"])
def test_a_stale_table_fails(folder, table, name):
    path = folder / name
    value = pd.read_csv(path, dtype=str).filter(like="reproduced").stack().iloc[-1]
    digit = str((int(value[4]) + 1) % 10)  # the third after the point
    text = path.read_text()
    path.write_text(text.replace(value, value[:4] + digit + value[5:]))
    (failure,) = failures(folder, table)
    assert failure.startswith(f"FAIL {name} against cases.csv, row")
    assert value in failure
    # A difference of rounding does not count.
    last = str((int(value[-1]) + 1) % 10) if value[-1] != "9" else "8"
    path.write_text(text.replace(value, value[:-1] + last))
    assert failures(folder, table) == []


def test_new_cases_without_new_tables_fail(folder, table, cases, make_run):
    other = folder.parent / "other"
    write_results(other, [table], merge_cases(cases, make_run(budget="40 epochs")))
    (folder / "cases.csv").write_bytes((other / "cases.csv").read_bytes())
    assert len(failures(folder, table)) == 2


def test_a_table_that_is_gone_fails(folder, table):
    (folder / "table2.csv").unlink()
    (failure,) = failures(folder, table)
    assert "no file; `make tables` writes it again" in failure


def test_a_changed_text_fails(folder, table):
    path = folder / "table2.csv"
    path.write_text(path.read_text().replace("1194/3064", "3064/3064"))
    (failure,) = failures(folder, table)
    assert "row 2, coverage" in failure


def test_results_whose_cases_are_gone_fail(folder, table):
    (folder / "cases.csv").unlink()
    assert len(failures(folder, table)) == 4 + 2


def test_two_fingerprints_cannot_share_a_range(folder, table, cases):
    newer = cases.assign(fingerprint="ba9876543210")
    write_results(folder, [table], merge_cases(cases, newer))
    with pytest.raises(UserError, match="one fingerprint for each data set"):
        record(folder, [table])


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda text: text.replace("tolerance", "margin"), "expected the columns"),
        (
            lambda text: text.replace("12 epochs,image,0", "12 epochs,image,x"),
            "numbers",
        ),
        (lambda text: text + text.splitlines()[1] + "\n", "expected the columns"),
    ],
)
def test_refuses_a_damaged_record(folder, table, change, message):
    path = folder / "expected.csv"
    path.write_text(change(path.read_text()))
    with pytest.raises(UserError, match=message):
        verify(folder, [table])
