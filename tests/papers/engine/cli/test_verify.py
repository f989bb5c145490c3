"""What `verify` shows, and what it and `record` say of a folder without results."""

import shutil
from pathlib import Path

import pytest

from papers.engine.cli.app import main

OWN = "results/dsunet"


@pytest.fixture
def results(tmp_path, request):
    """A copy of one paper's committed results."""
    source = request.config.rootpath / OWN
    folder = tmp_path / "own" / "dsunet"
    folder.mkdir(parents=True)
    for path in source.glob("*.csv"):
        shutil.copy(path, folder)
    return folder.parent


def call(*words):
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    return stopped.value.code


def test_one_line_where_all_is_in_range_and_a_line_per_failure(results, capsys):
    assert call("verify", "--results", results) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(f"ranges and tables of {results} hold")
    path = results / "dsunet" / "expected.csv"
    first, second, *rest = path.read_text().splitlines()
    *same, _, tolerance = second.split(",")
    path.write_text("\n".join([first, ",".join([*same, "-1", tolerance]), *rest]))
    assert call("verify", "dsunet", "--results", results) == 1
    failure, summary = capsys.readouterr().out.splitlines()
    assert failure.startswith("FAIL table 1,")
    assert summary.startswith("1 of ")


@pytest.mark.parametrize("verb", ["verify", "record"])
def test_a_folder_without_results_has_nothing_recorded(tmp_path, capsys, verb):
    assert call(verb, "--results", tmp_path / "own") == 2
    shown = capsys.readouterr().err
    assert "nothing recorded here" in shown
    assert "make reproduce-linkdsl DATA=folder RESULTS=" in shown
    assert not (tmp_path / "own").exists()


def test_rows_of_a_phantom_are_none_to_record(request, tmp_path, capsys):
    demo = request.config.rootpath / "results" / "linkdsl" / "phantom"
    shutil.copytree(demo, tmp_path / "own" / "linkdsl" / "phantom")
    assert call("verify", "--results", tmp_path / "own") == 2
    shown = capsys.readouterr().err
    assert "nothing recorded here, and the rows of a phantom are none" in shown
    assert "with real data" in shown


def test_runs_are_recorded_with_those_of_the_suite(results, tmp_path, capsys):
    """`make record FROM=results/local PAPER=dsunet`, for the suite's maintainers."""
    local = tmp_path / "local" / "dsunet"
    local.mkdir(parents=True)
    text = (results / "dsunet" / "cases.csv").read_text()
    (local / "cases.csv").write_text(text.replace(",8 epochs,", ",9 epochs,"))
    words = ["--from", local.parent, "--results", results]
    assert call("record", "cunet", *words) == 2
    assert f"make record FROM={Path('results/local')}" in capsys.readouterr().err
    assert call("record", "dsunet", *words) == 0
    assert f"rows of {local} are in {results / 'dsunet'}" in capsys.readouterr().out
    assert ",9 epochs," in (results / "dsunet" / "expected.csv").read_text()
    assert call("verify", "--results", results) == 0


def test_results_without_ranges_can_be_recorded(results, capsys):
    (results / "dsunet" / "expected.csv").unlink()
    assert call("verify", "--results", results) == 2
    assert f"`make record RESULTS={results}`" in capsys.readouterr().err
    assert call("record", "--results", results) == 0
    assert call("verify", "--results", results) == 0
    assert sorted(path.name for path in results.iterdir()) == ["dsunet"]
