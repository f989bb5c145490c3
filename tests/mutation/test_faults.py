"""The list of faults fits the code, and all but a few of them were caught."""

import ast
from collections import Counter

import pytest

from tests.mutation.fault import Fault, read_faults
from tests.mutation.results import MIN_SHARE, caught_among, read_results
from tests.mutation.suite import stages
from tests.mutation.tree import ROOT

FAULTS = read_faults()


def test_there_are_enough_in_each_part():
    parts = Counter(fault.file.split("/")[0] for fault in FAULTS)
    assert len(FAULTS) >= 48 and set(parts) == {"common", "data", "papers"}
    assert min(parts.values()) >= 12
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    assert len({(fault.file, fault.old) for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_fault_can_be_planted_and_changes_code(fault):
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    planted = fault.planted(text)
    assert ast.dump(ast.parse(planted)) != ast.dump(ast.parse(text))
    assert fault.kind and fault.wrong.endswith(".")
    for group in stages(fault):
        for test in group:
            path, _, name = test.partition("::")
            assert (ROOT / path).exists(), test
            assert f"def {name}(" in (ROOT / path).read_text() if name else True


@pytest.mark.parametrize("text", ["b = 2", "a = 1\na = 1"])
def test_code_that_is_not_there_exactly_once_is_refused(text):
    fault = Fault("one", "common/files.py", "sign", "It is.", "a = 1", "a = -1")
    assert fault.planted("a = 1\nb = 2") == "a = -1\nb = 2"
    with pytest.raises(ValueError, match="Fault one: expected its code once in common"):
        fault.planted(text)


def test_the_recorded_runs_caught_nearly_all():
    """Of the faults that were planted; a run of all of them takes an hour."""
    rows = read_results()
    planted = [fault for fault in FAULTS if fault.id in rows]
    caught = caught_among(rows, planted)
    assert set(rows) == {fault.id for fault in planted}
    assert len(planted) >= 48
    assert len(caught) >= MIN_SHARE * len(planted)
    page = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    said = f"of the {len(FAULTS)} faults, {len(planted)} have been planted and"
    assert f"{said} {len(caught)} of these are caught" in page
