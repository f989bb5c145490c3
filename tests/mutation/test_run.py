"""Which faults are planted, what counts as caught, and what is said in the end."""

import contextlib
import dataclasses
from types import SimpleNamespace

import pytest

from tests.mutation import run, suite
from tests.mutation.fault import Fault
from tests.mutation.results import COLUMNS, read_results, write_results
from tests.mutation.state import holds, state_of

FAULT = Fault("one", "common/files.py", "sign", "It is.", "a = 1", "a = -1")
TEST = "tests/common/test_files.py::test_a"
ONE_TWO_THREE = ("one", "two", "three")
TREE = SimpleNamespace(folder=None, planted=lambda fault: contextlib.nullcontext())


@pytest.fixture
def pytest_says(monkeypatch):
    """Answers of pytest, one a run, instead of runs; returns their arguments."""

    def pytest_says(*answers):
        answers, asked = list(answers), []

        def run_pytest(folder, arguments, limit):
            asked.append(arguments)
            return answers.pop(0)

        monkeypatch.setattr(suite, "run_pytest", run_pytest)
        return asked

    return pytest_says


def test_a_test_that_fails_anyway_gives_way_to_the_others(pytest_says):
    broken, other = f"{TEST}[0]", f"{TEST}b"
    asked = pytest_says(
        (1, f"FAILED {broken} - boom\n"),
        (1, f"FAILED {broken} - boom\n"),  # without the fault
        (1, f"FAILED {other} - boom\n"),
        (0, ""),  # without the fault
    )
    assert suite.find(TREE, FAULT, 60) == (other, "")
    assert f"--deselect={TEST}[" in asked[2] and asked[3][-1] == other


def test_what_fails_anyway_is_named_where_no_test_sees_a_fault(pytest_says):
    passes = (0, "")
    pytest_says((1, f"FAILED {TEST}\n"), (1, f"FAILED {TEST}\n"), *[passes] * 4)
    caught_by, note = suite.find(TREE, FAULT, 60)
    assert not caught_by
    assert note == f"no test fails; {TEST} does without it, too"
    pytest_says(passes)
    assert suite.find(TREE, FAULT, 60, 1) == ("", "no test of 1 stages fails")


@pytest.fixture
def root(tmp_path):
    for name in ("common/files.py", "common/boxes.py", "tests/common/test_files.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a = 1\n")
    return tmp_path


@pytest.mark.parametrize("caught_by", [TEST, ""], ids=["caught", "missed"])
def test_a_row_holds_until_its_files_or_its_fault_change(root, caught_by):
    row = {"caught_by": caught_by, "state": state_of(FAULT, caught_by, root)}
    (root / "common/boxes.py").write_text("b = 2\n")
    (root / "tests/test_more.py").write_text("b = 2\n")
    # Where no test caught it, the new one may.
    assert holds(row, FAULT, root) == bool(caught_by)
    row["state"] = state_of(FAULT, caught_by, root)
    assert holds(row, FAULT, root)
    for name in ("common/files.py", "tests/common/test_files.py"):
        path = root / name
        path.write_text("a = 1 \n")
        assert not holds(row, FAULT, root), name
        path.write_text("a = 1\n")
    other = dataclasses.replace(FAULT, new="a = 0")
    assert holds(row, FAULT, root) and not holds(row, other, root)
    assert not holds(None, FAULT, root)


@pytest.fixture
def table(root, tmp_path, monkeypatch):
    """The table of three faults, of which `two` is not planted yet."""
    faults = [dataclasses.replace(FAULT, id=name) for name in ONE_TWO_THREE]
    monkeypatch.setattr(run, "read_faults", lambda: faults)
    monkeypatch.setattr(run, "ROOT", root)
    tree = SimpleNamespace(folder=root)
    monkeypatch.setattr(run, "Tree", lambda: contextlib.nullcontext(tree))
    rows = {}
    for fault in (faults[0], faults[2]):
        state = state_of(fault, TEST, root)
        row = dict.fromkeys(COLUMNS, "") | {"id": fault.id, "caught_by": TEST}
        rows[fault.id] = row | {"state": state}
    file = tmp_path / "caught.csv"
    write_results(rows, faults, file)
    return file


@pytest.mark.parametrize(
    ("finding", "code", "said"),
    [
        ((TEST, ""), 0, "1 of 1 faults caught"),
        (("", "no test fails"), 1, "not caught: two (common/files.py): no test fails"),
    ],
    ids=["caught", "missed"],
)
def test_a_fault_asked_for_decides_alone(
    table, monkeypatch, capsys, finding, code, said
):
    monkeypatch.setattr(run, "find", lambda *_: finding)
    assert run.main(["--only", "two"], table) == code
    shown = capsys.readouterr().out
    assert "1 of 3 faults to plant" in shown and said in shown
    assert read_results(table)["two"]["caught_by"] == finding[0]


def test_a_run_goes_on_with_what_is_missing_or_has_changed(
    table, root, monkeypatch, capsys
):
    planted = []

    def find(tree, fault, *_):
        planted.append(fault.id)
        return TEST, ""

    monkeypatch.setattr(run, "find", find)
    run.main(["--only", "one"], table)
    assert "of all 3, 1 were not planted as the code is now" in capsys.readouterr().out
    assert run.main([], table) == 0
    assert planted == ["one", "two"]
    assert "3 of 3 faults caught, 100.0%" in capsys.readouterr().out
    (root / "tests/common/test_files.py").write_text("a = 2\n")
    run.main([], table)
    assert planted[2:] == list(ONE_TWO_THREE)
    assert run.main(["--only", "none"], table) == 2
