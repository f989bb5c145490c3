"""Papers compared: `make table-<dataset>` and `make compare`."""

import dataclasses
import shutil
from pathlib import Path

import pandas as pd
import pytest

from papers import registry
from papers.engine.cli import tables as verbs
from papers.engine.cli.app import main

ROOT = Path(__file__).resolve().parents[4]
LOCAL = Path("results/local")


def test_papers_that_were_not_run_are_shown_with_what_they_print(tmp_path, monkeypatch):
    known = registry.paper("anisocascade")
    new = dataclasses.replace(known, id="new")
    # Of a paper on another data set, the one table that is of this one.
    tables = (known.tables[0], dataclasses.replace(known.tables[1], dataset="brats18"))
    other = dataclasses.replace(known, id="other", dataset="brats18", tables=tables)
    none = dataclasses.replace(other, id="none", tables=tables[1:])
    monkeypatch.setattr(registry, "papers", lambda: [known, new, other, none])
    monkeypatch.chdir(tmp_path)
    verbs.join("brats17", tmp_path)
    joined = pd.read_csv(tmp_path / "table_brats17_all.csv", dtype=str, na_filter=False)
    shown = joined[["paper", "table"]].drop_duplicates().to_numpy().tolist()
    assert shown == [
        ["anisocascade", "1"],
        ["anisocascade", "2"],
        ["new", "1"],
        ["new", "2"],
        ["other", "1"],
    ]
    rows = joined[(joined["paper"] == "new") & (joined["table"] == "1")].set_index(
        "row"
    )
    assert float(rows.loc["ucl_tig", "wt_dice_published"]) == 0.905
    assert "not run" in rows.loc["ucl_tig", "note"]
    assert "not run on real data" in rows.loc["released", "note"]
    assert "wt_dice_reproduced" not in joined, "a column without any value"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder with the suite's own results, and a run of the user on other data."""
    monkeypatch.chdir(tmp_path)
    own = shutil.ignore_patterns("local")
    shutil.copytree(ROOT / "results", "results", ignore=own)
    cells = Path("results/cunet/cells.csv").read_text()
    (LOCAL / "cunet").mkdir(parents=True)
    mine = cells.replace(",4 epochs,", ",2 epochs,").replace("brats17-cubes32", "mine")
    (LOCAL / "cunet" / "cells.csv").write_text(mine)
    return tmp_path


def call(*words):
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    return stopped.value.code


def test_three_numbers_and_files_that_git_ignores(clone, capsys):
    before = {path: path.read_bytes() for path in clone.rglob("*.csv")}
    assert not call("join", "brats17")
    shown = capsys.readouterr().out
    assert "cunet: Dice (whole tumor)" in shown and "anisocascade: Dice" in shown
    assert "anisocascade: Dice (tumor core)" in shown
    assert "Sensitivity (" not in shown and "Hausdorff" not in shown, "the main score"
    (line,) = [x for x in shown.splitlines() if x.startswith("DRN ")][:1]
    assert line.split()[:3] == ["DRN", "0.8810", "0.7555"] and line.count("0.7555") == 2
    assert not any(border in shown for border in "│┃━─"), "a pipe gets plain words"
    files = [LOCAL / name for name in ("table_brats17.csv", "table_brats17_all.csv")]
    last = shown.splitlines()[-1]
    assert last == f"The other scores are in {files[0]} and {files[1]}"
    assert before == {path: path.read_bytes() for path in before}
    table = pd.read_csv(LOCAL / "table_brats17.csv")
    both = table[table["wt_dice_published"].notna() & table["wt_dice_gap"].notna()]
    assert {"suite", "you"} == set(both["run by"])
    assert (both["comparable"].str.startswith(("yes", "no: data"))).all()
    everything = pd.read_csv(LOCAL / "table_brats17_all.csv")
    assert everything["mean_dice_reproduced"].notna().any(), "not printed, but run"
    for frame in (table, everything):
        assert frame.notna().any().all(), "a column without any value"


def test_the_suites_own_tables(clone, capsys):
    assert not call("join", "brats17", "--results", "results")
    assert "yours" not in capsys.readouterr().out
    table = pd.read_csv("results/table_brats17.csv")
    assert "run by" not in table and "mine" not in set(table["data"])


@pytest.mark.parametrize(
    ("form", "ending", "sign"),
    [("latex", "tex", r"\bottomrule"), ("markdown", "md", "| --- |")],
)
def test_tables_to_paste(clone, capsys, form, ending, sign):
    assert not call("join", "brats17", "--format", form)
    shown = capsys.readouterr().out
    written = (LOCAL / f"table_brats17.{ending}").read_text()
    assert shown.startswith(written) and written.count(sign) >= 4
    assert "Sensitivity" in written, "all that the papers print"
    # What else is said is a comment there.
    rest = [line for line in shown.removeprefix(written).splitlines() if line]
    assert rest and all(line.startswith(("%", "<!--")) for line in rest)


def test_all_papers_on_one_screen(clone, capsys):
    assert not call("compare", "--format", "markdown")
    assert "| paper | method | published |" in capsys.readouterr().out
    assert not call("compare")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 56 and max(map(len, lines)) <= 80
    assert lines[0].split() == ["method", "published", "suite", "yours", "gap"]
    for paper in registry.IDS:
        assert any(line.startswith((f"{paper}: ", f"{paper}, ")) for line in lines)
    (at,) = [n for n, line in enumerate(lines) if line.startswith("  DRN ")]
    assert lines[at].split() == ["DRN", "0.8810", "0.7555", "0.7555", "-0.1255"]
    heading = [line for line in lines[:at] if line.startswith("cunet")][-1]
    assert "mine, not brats17" in heading and "2 of 50 epochs" in heading
