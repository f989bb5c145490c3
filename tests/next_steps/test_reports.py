"""Files of results and of published numbers: corrected, restored or made again."""

import shutil

import pandas as pd
import pytest

from common.audit.audit import audit
from common.audit.input import read_printed
from common.reporting.cases import read_cases
from common.reporting.cells import build_cells
from common.reporting.cells_file import read_cells
from common.reporting.published import read_published
from common.reporting.tables import write_results
from common.reporting.text import read_text
from common.reporting.verify import record, verify
from papers.engine import curves
from papers.engine.pages import update
from papers.engine.report.choose import chosen_cases
from tests.common.audit.tables_of import write_tables
from tests.common.audit.test_declared import CLAIMS, CONDITIONS, POOLS
from tests.common.reporting.conftest import (  # noqa: F401
    cases,
    published_csv,
    table,
)
from tests.next_steps.sources import ROOT
from tests.papers.engine.test_curves import rows as rows_of_curves

TEXT, PUBLISHED = "common/reporting/text.py", "common/reporting/published.py"
AUDIT, DECLARED = "common/audit/input.py", "common/audit/declared.py"
CASES = "common/reporting/cases.py"
HEADER = "row,column,value,where,note\n"
GOOD = HEADER + "linknet,dice,0.7,,\n"


@pytest.mark.parametrize(
    ("place", "content"),
    [
        (f"{TEXT}:read_text", None),
        (f"{TEXT}:read_text", HEADER + "linknet,dice\n"),
        (f"{TEXT}:read_text", "row,row,value,where,note\n"),
        (f"{PUBLISHED}:read_published", "row,column\n"),
        (f"{PUBLISHED}:read_published", GOOD + "linknet,dice,0.8,,\n"),
        (f"{PUBLISHED}:_number", HEADER + "linknet,dice,O.7,,\n"),
    ],
)
def test_a_published_table_is_corrected_or_restored(told, tmp_path, place, content):
    path = tmp_path / "table1.csv"
    if content is not None:
        path.write_text(content)
    with told(place) as caught:
        read_published(path)
    assert "correct or restore the file" in caught.value.next_step
    path.write_text(GOOD)
    assert read_published(path)["value"].tolist() == [0.7]


def test_a_file_that_the_system_does_not_let_read(told, tmp_path):
    with told("common/files.py:unreadable") as caught:
        read_text(tmp_path, "correct it")
    assert "permissions" in caught.value.next_step, "not the caller's next step"


def test_a_published_number_of_no_cell(told, cases, table, published_csv):  # noqa: F811
    good = published_csv.read_text()
    published_csv.write_text(HEADER + "linnet,dice,0.7,,\n")
    with told("common/reporting/cells.py:_by_key") as caught:
        build_cells(table, cases, read_published(published_csv))
    assert "correct the key" in caught.value.next_step
    published_csv.write_text(good)
    assert len(build_cells(table, cases, read_published(published_csv)))


@pytest.fixture
def folder(tmp_path, table, cases):  # noqa: F811
    write_results(tmp_path / "results", [table], cases)
    record(tmp_path / "results", [table])
    return tmp_path / "results"


def dropped(rows):
    return rows.drop(columns="commit")


def doubled(rows):
    return pd.concat([rows, rows[:1]])


def worded(rows):
    return rows.assign(fold="one")


@pytest.mark.parametrize(
    ("place", "damage", "advice"),
    [
        (f"{CASES}:read_cases", dropped, "restore the file from git"),
        (f"{CASES}:read_cases", worded, "restore the file from git"),
        (f"{CASES}:read_cases", doubled, "remove the rows"),
    ],
)
def test_rows_of_cases(told, folder, place, damage, advice):
    path = folder / "cases.csv"
    good = shutil.copy(path, folder / "good.csv")
    damage(pd.read_csv(path, dtype=str)).to_csv(path, index=False)
    with told(place) as caught:
        read_cases(path)
    assert advice in caught.value.next_step
    if damage is doubled:
        pd.read_csv(path, dtype=str).drop_duplicates().to_csv(path, index=False)
    else:
        shutil.copy(good, path)
    assert len(read_cases(path)) == len(pd.read_csv(good))


def test_rows_without_a_score(told, folder, table, cases):  # noqa: F811
    with told("common/reporting/cells.py:measure") as caught:
        write_results(folder, [table], cases.drop(columns="dice"))
    step = caught.value.next_step
    assert step.startswith("restore the file from git; or delete it")
    (folder / "cases.csv").unlink()
    write_results(folder, [table], cases)
    assert len(read_cases(folder / "cases.csv")) == len(cases)


def test_rows_of_two_data_sets_of_one_name(told, folder, table):  # noqa: F811
    path = folder / "cases.csv"
    rows = pd.read_csv(path, dtype=str)
    pd.concat([rows, rows.assign(fingerprint="f" * 12)]).to_csv(path, index=False)
    with told("common/reporting/verify.py:record") as caught:
        record(folder, [table])
    assert caught.value.next_step == "remove the rows of the outdated data"
    rows.to_csv(path, index=False)
    record(folder, [table])


CELLS_FILE = "common/reporting/cells_file.py:read_cells"
AGAIN = "`make tables` writes it"


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (f"{TEXT}:read_columns", lambda rows: rows.drop(columns="gap")),
        (CELLS_FILE, lambda rows: rows.assign(reproduced="high")),
    ],
)
def test_cells_are_written_again(told, folder, table, place, change):  # noqa: F811
    path = folder / "cells.csv"
    change(pd.read_csv(path, dtype=str)).to_csv(path, index=False)
    with told(place) as caught:
        read_cells(path, AGAIN)
    assert caught.value.next_step == AGAIN
    write_results(folder, [table], read_cases(folder / "cases.csv"))
    assert len(read_cells(path, AGAIN))


READ_CURVES = "papers/engine/curves.py:read_curves"


@pytest.mark.parametrize(
    ("place", "old", "new"),
    [(READ_CURVES, "0.5", "half"), (READ_CURVES, "demo_image_3epochs", "../x")],
)
def test_curves_are_drawn_again(told, tmp_path, place, old, new):
    path = tmp_path / curves.FILE
    curves.record_curves(tmp_path, rows_of_curves())
    path.write_text(path.read_text().replace(old, new))
    with told(place) as caught:
        curves.record_curves(tmp_path, rows_of_curves())
    assert caught.value.next_step == "delete the file and draw the figures again"
    path.unlink()
    curves.record_curves(tmp_path, rows_of_curves())
    assert len(curves.read_curves(path)) == 3


VERIFY = "common/reporting/verify.py:_read_expected"


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (VERIFY, lambda rows: rows.drop(columns="tolerance")),
        (VERIFY, lambda rows: rows.assign(value="high")),
    ],
)
def test_recorded_ranges(told, folder, table, place, change):  # noqa: F811
    """Recording alone would read the damaged file again."""
    path = folder / "expected.csv"
    change(pd.read_csv(path, dtype=str)).to_csv(path, index=False)
    for use in (verify, record):
        with told(place) as caught:
            use(folder, [table])
    assert "delete it, then `make record`" in caught.value.next_step
    path.unlink()
    record(folder, [table])
    assert all(outcome.passed for outcome in verify(folder, [table]))


TABLE = {"a": {"wt_dice": "0.80", "size": "1"}, "b": {"wt_dice": "0.7", "size": "2"}}


@pytest.mark.parametrize(
    ("place", "files"),
    [
        ("common/audit/claims.py:_wrong", {"text_claims": CLAIMS + "c,1/x,,wt_dice"}),
        (f"{DECLARED}:_cell", {"conditions": CONDITIONS + "1,x,size,n,1,1,\n"}),
        (
            f"{DECLARED}:_number",
            {"conditions": CONDITIONS + "1,a,size,n,1,1,\n1,b,size,n,2,no,\n"},
        ),
        (f"{DECLARED}:check_pools", {"pools": POOLS + "wt_dice,brain,0.1,x\n"}),
        (f"{DECLARED}:_odds", {"pools": POOLS + "wt_specificity,brain,2,x\n"}),
        (f"{AUDIT}:_read_optional", {"pools": "column\n"}),
    ],
)
def test_declared_facts_are_corrected(told, tmp_path, place, files):
    if "text_claims" in files:
        files = {"text_claims": files["text_claims"] + ",mean,equals,1,,,\n"}
    write_tables(tmp_path, TABLE, **files)
    with told(place) as caught:
        audit({"one": read_printed(tmp_path)})
    assert caught.value.next_step.startswith("correct ")
    for name in files:
        (tmp_path / f"{name}.csv").unlink()
    audit({"one": read_printed(tmp_path)})


def test_a_folder_without_tables(told, tmp_path):
    with told(f"{AUDIT}:read_printed") as caught:
        read_printed(tmp_path)
    assert "restore the file" in caught.value.next_step
    assert read_printed(write_tables(tmp_path, TABLE)).tables


def test_marks_of_a_page(told):
    with told("papers/engine/pages/marks.py:update") as caught:
        update("text\n", {"costs": "new"})
    assert "put the two marks into the page" in caught.value.next_step
    marks = caught.value.expected.split("`")[1::2]
    assert "new" in update("\n".join(marks) + "\n", {"costs": "new"})


def test_a_format_that_is_none(answer):
    place, step = answer("compare", "--format", "html")
    assert (place, step) == (
        "papers/engine/cli/tables.py:_known",
        "such as FORMAT=markdown",
    )
    assert answer("compare", "--format", "markdown") is None


def test_no_runs_to_record(answer, tmp_path):
    place, step = answer("record", "linkdsl", "--from", "mine")
    assert place == "papers/engine/cli/reports.py:_with_rows"
    assert "`make reproduce-linkdsl` leaves some in results/local" in step
    assert "`make record FROM=results/local`" in step
    demo = tmp_path / "results" / "local" / "linkdsl" / "phantom"
    shutil.copytree(ROOT / "results" / "linkdsl" / "phantom", demo)
    shutil.copytree(ROOT / "results" / "linkdsl", tmp_path / "results" / "linkdsl")
    assert answer("record", "linkdsl", "--from", "results/local") is None


def test_nothing_recorded(answer, tmp_path):
    place, step = answer("verify", "linkdsl", "--results", "own")
    assert place == "papers/engine/cli/recorded.py:recorded"
    assert "`make reproduce-linkdsl DATA=folder RESULTS=own`" in step
    assert step.endswith("then `make record RESULTS=own`")
    rows = tmp_path / "own" / "linkdsl"
    shutil.copytree(ROOT / "results" / "linkdsl", rows)
    (rows / "expected.csv").unlink()
    place, step = answer("verify", "linkdsl", "--results", "own")
    assert "`make record RESULTS=own`" in step
    assert answer("record", "--results", "own") is None
    assert answer("verify", "linkdsl", "--results", "own") is None


def test_cases_of_a_report(told):
    rows = pd.DataFrame({"case": ["007"], "dice": [0.5], "status": ["ok"]})
    with told("papers/engine/report/choose.py:chosen_cases") as caught:
        chosen_cases("worst", rows, "dice")
    advised = caught.value.next_step.removeprefix("such as ").split("; or ")
    for one in advised:
        text = one.removeprefix("CASES=")
        assert chosen_cases(text, rows, "dice") == ["007"]
