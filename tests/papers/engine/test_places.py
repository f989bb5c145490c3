"""Rows on their way between the suite's own results and everybody's runs."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from common.reporting.cases import read_cases
from common.reporting.text import read_text, to_csv
from papers import registry
from papers.engine.curves import record_curves
from papers.engine.places import promote, take_over
from tests.papers.engine.test_curves import rows as curve

ROOT = Path(__file__).resolve().parents[3]
PAPER = registry.paper("dsunet")
ROWS = ROOT / "results" / "dsunet" / "phantom" / "cases.csv"
OLD, NEW = Path("results/dsunet"), Path("results/local/dsunet")
NOBODY = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]


def git(*arguments):
    subprocess.run(["git", *arguments], check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder in which git holds the rows of four cases and two methods."""
    monkeypatch.chdir(tmp_path)
    OLD.mkdir(parents=True)
    shutil.copy(ROWS, OLD)
    git("init", "--quiet")
    git("add", ".")
    git(*NOBODY, "commit", "--quiet", "--message", "a clone")
    return tmp_path


def add(folder, **changes):
    """Adds the two rows of another run to those of a folder."""
    path = folder / "cases.csv"
    rows = read_text(path if path.exists() else ROWS, "")
    own = rows[:2].assign(**changes)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(to_csv(pd.concat([rows, own]) if path.exists() else own))


def test_rows_of_earlier_versions_come_home_once(clone):
    lines = []
    take_over(PAPER, lines.append)
    assert (lines, NEW.exists()) == ([], False), "all are the suite's own"
    add(OLD, budget="9 epochs")
    add(OLD / "mine", data="mine")  # in no commit at all
    before = (OLD / "cases.csv").read_bytes()
    take_over(PAPER, lines.append)
    assert (OLD / "cases.csv").read_bytes() == before
    assert set(read_cases(NEW / "cases.csv")["budget"]) == {"9 epochs"}
    assert len(read_cases(NEW / "cases.csv")) == 2
    assert set(read_cases(NEW / "mine" / "cases.csv")["data"]) == {"mine"}
    assert (NEW / "mine" / "table1.csv").exists()
    assert len(lines) == 2 and f"now in {NEW}, where your runs go" in lines[0]
    take_over(PAPER, lines.append)
    assert len(lines) == 2


def test_a_run_that_is_home_is_not_replaced(clone):
    add(OLD, budget="9 epochs", et_dice="0.1")
    add(OLD, budget="8 epochs")
    add(NEW, budget="9 epochs", et_dice="0.2")
    take_over(PAPER, print)
    home = read_cases(NEW / "cases.csv").groupby("budget")["et_dice"].first()
    assert set(home.index) == {"8 epochs", "9 epochs"}
    assert home["9 epochs"] == 0.2


def test_a_committed_run_that_was_run_again_is_the_users(clone):
    text = (OLD / "cases.csv").read_text()
    first = text.splitlines()[1]
    (OLD / "cases.csv").write_text(text.replace(first, f"{first}x"))  # its commit
    take_over(PAPER, print)
    run = read_cases(OLD / "cases.csv").iloc[0]
    (method,) = read_cases(NEW / "cases.csv")["method"].unique()
    assert method == run["method"]


def test_without_git_nothing_is_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    add(OLD, budget="9 epochs")
    take_over(PAPER, print)
    monkeypatch.setenv("PATH", "")
    take_over(PAPER, print)
    assert not NEW.exists()


def test_runs_become_the_suites_own(clone):
    add(NEW, budget="9 epochs")
    add(NEW / "mine", data="mine")
    record_curves(NEW, curve("separable"))
    lines, before = [], len(read_cases(OLD / "cases.csv"))
    promote(PAPER, Path("results/local"), Path("results"), lines.append)
    cases = read_cases(OLD / "cases.csv")
    assert len(cases) == before + 2
    assert "9 epochs" in set(cases["budget"])
    assert "9 epochs" in (OLD / "table1.csv").read_text()
    assert (OLD / "mine" / "cases.csv").exists()
    assert len(read_text(OLD / "curves.csv", "")) == 3
    assert lines == [
        f"2 rows of {NEW} are in {OLD}",
        f"2 rows of {NEW}/mine are in {OLD}/mine",
    ]
