"""The audit of printed numbers: every rule fires, and none if the numbers are sound."""

import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.audit.audit import audit, write_audit
from common.audit.input import read_printed
from common.audit.interval import Interval
from common.audit.rules import dice_range
from common.errors import UserError
from common.metrics import overlap
from common.reporting.text import read_text
from tests.common.audit.tables_of import findings_of, write_tables

relaxed = settings(deadline=None, max_examples=150)


@pytest.fixture
def folder(tmp_path):
    return partial(write_tables, tmp_path)


@pytest.fixture
def findings(tmp_path):
    return partial(findings_of, tmp_path)


cases = st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=8)


def means(counts, pooled):
    """Means of every score over cases whose truth or prediction is not empty."""
    tp, fp, fn, tn = np.array([case for case in counts if sum(case[:3])]).T
    tn = tn + 1
    if pooled:
        tp, fp, fn, tn = (values.sum() for values in (tp, fp, fn, tn))
    with np.errstate(invalid="ignore"):
        scores = {
            "dice": overlap.dice(tp, fp, fn),
            "iou": overlap.iou(tp, fp, fn),
            "mean_iou": overlap.mean_iou(tp, fp, fn, tn),
            # A case without tumor in truth or prediction has no overlap.
            "precision": np.nan_to_num(tp / (tp + fp)),
            "sensitivity": np.nan_to_num(tp / (tp + fn)),
            "specificity": tn / (tn + fp),
        }
    return {name: np.mean(score) for name, score in scores.items()}


@relaxed
@given(cases, st.booleans(), st.integers(1, 4), st.sets(st.integers(0, 5)), st.data())
def test_no_means_of_cases_are_called_impossible(
    tmp_path_factory, counts, pooled, digits, left_out, data
):
    if not any(sum(case[:3]) for case in counts):
        return
    scores = means(counts, pooled)
    names = [name for i, name in enumerate(scores) if i not in left_out]
    lines = "".join(f"a,wt_{n},{scores[n]:.{digits}f},,\n" for n in names)
    path = tmp_path_factory.getbasetemp() / "synthetic"
    path.mkdir(exist_ok=True)
    (path / "table1.csv").write_text("row,column,value,where,note\n" + lines)
    found = audit({"one": read_printed(path)})
    assert "impossible" not in set(found["severity"])
    if pooled:
        assert "pooled" not in set(found["rule"])


@relaxed
@given(cases)
def test_dice_is_within_the_range_of_the_other_means(counts):
    if not any(sum(case[:3]) for case in counts):
        return
    scores = means(counts, pooled=False)
    given_ = {name: scores[name] for name in ("precision", "iou")}
    given_["recall"] = scores["sensitivity"]
    for size in range(4):
        for names in itertools.combinations(given_, size):
            allowed = dice_range({n: Interval(given_[n], given_[n]) for n in names})
            assert allowed.low - 1e-9 <= scores["dice"] <= allowed.high + 1e-9


def test_range_of_dice_is_reached_at_both_ends():
    def range_of(**values):
        allowed = dice_range({name: Interval(v, v) for name, v in values.items()})
        return allowed.low, allowed.high

    # Equal cases are at the upper end; cases of 0 and 1 at the lower.
    assert range_of(precision=0.6, recall=0.9) == pytest.approx((0.5, 0.72))
    assert range_of(recall=0.5) == pytest.approx((0, 2 / 3))
    assert range_of(iou=0.5) == pytest.approx((0.5, 2 / 3))
    assert range_of() == (0, 1)
    assert dice_range({"iou": Interval(0.9, 0.9), "recall": Interval(0.1, 0.1)}) is None


SOUND = {"precision": "0.8896", "recall": "0.8714", "iou": "0.7876", "dice": "0.8778"}


@pytest.mark.parametrize(
    ("changes", "rule", "columns", "low", "high"),
    [
        ({"dice": "0.90"}, "dice-iou", "wt_dice wt_iou", 0.78755, 0.88121),
        ({"dice": "0.70"}, "dice-iou", "wt_dice wt_iou", 0.78755, 0.88121),
        (
            {"dice": "0.882"},
            "dice-precision-recall",
            "wt_dice wt_precision wt_recall",
            0.7609,
            0.88046,
        ),
        (
            {"iou": "0.8746", "dice": "0.8778"},
            "iou-precision-recall",
            "wt_iou wt_precision wt_recall",
            0.7609,
            0.87145,
        ),
        ({"recall": "1.8"}, "fraction", "wt_recall", 0, 1),
        ({"dice": "-0.2"}, "fraction", "wt_dice", 0, 1),
    ],
)
def test_impossible_means(findings, changes, rule, columns, low, high):
    scores = {f"wt_{name}": text for name, text in (SOUND | changes).items()}
    found = {f["rule"]: f for f in findings({"a": scores})}
    assert found[rule]["severity"] == "impossible"
    assert found[rule]["columns"] == columns
    assert found[rule]["printed"] == scores[columns.split()[0]]
    assert (found[rule]["low"], found[rule]["high"]) == pytest.approx(
        (low, high), abs=1e-5
    )


def test_sound_means_give_no_finding(findings):
    assert findings({"a": {f"wt_{name}": text for name, text in SOUND.items()}}) == []


def test_dice_above_what_sensitivity_alone_allows(findings):
    (found,) = findings({"a": {"dice": "0.80", "sensitivity": "0.60"}})
    assert found["rule"] == "dice-precision-recall"
    assert found["high"] == pytest.approx(2 * 0.605 / 1.605)
    assert found["columns"] == "dice sensitivity"


def test_columns_of_different_regions_are_not_compared(findings):
    assert (
        findings({"a": {"wt_dice": "0.9", "tc_iou": "0.2", "et_recall": "0.1"}}) == []
    )


def test_mean_iou_above_its_bound_per_image(findings):
    (found,) = findings({"a": {"dice": "0.8003", "mean_iou": "0.9074"}})
    assert (found["rule"], found["severity"]) == ("mean-iou", "impossible")
    assert found["high"] == pytest.approx((0.80035 + 1) / 2)
    assert findings({"a": {"dice": "0.8003", "mean_iou": "0.8600"}}) == []


def test_pooled_counts_are_distinguished_from_means(folder):
    tables = {"a": {"dice": "0.8", "iou": "0.6"}, "b": {"dice": "0.75", "iou": "0.6"}}
    tables |= {"c": {"dice": "0.70", "precision": "0.70", "recall": "0.80"}}
    found = audit({"one": read_printed(folder(tables))})
    notes = found[found["rule"] == "pooled"]
    assert notes["row"].tolist() == ["c"]
    assert notes["severity"].tolist() == ["note"]
    assert notes["low"].item() == pytest.approx(2 * 0.695 * 0.795 / 1.49)


@pytest.mark.parametrize(
    ("column", "value", "max_high"),
    [("iou", "0.3414", 0.374), ("mean_iou", "0.6750", 0.687)],
)
def test_means_that_need_cases_of_zero_and_one(findings, column, value, max_high):
    (found,) = findings({"a": {"dice": "0.3740", column: value}})
    assert (found["rule"], found["severity"]) == ("all-or-nothing", "suspicious")
    assert 0 < found["high"] < max_high
    assert found["columns"] == f"{column} dice"


def test_all_or_nothing_does_not_fire_for_equal_cases(findings):
    assert findings({"a": {"dice": "0.5", "iou": "0.333"}}) == []


def test_a_metric_that_repeats_another(findings):
    rows = {
        "a": {"tc_dice": "0.755", "tc_precision": "0.7550", "tc_recall": "0.8239"},
        "b": {"tc_dice": "0.8422", "tc_precision": "0.8422", "tc_recall": "0.9011"},
        "c": {"tc_dice": "0.8112", "tc_precision": "0.7871", "tc_recall": "0.8848"},
    }
    found = findings(rows)
    assert [f["row"] for f in found] == ["a", "b"]
    assert {f["severity"] for f in found} == {"suspicious"}
    assert all("in 2 of 3 rows" in f["explanation"] for f in found)
    assert found[0]["columns"] == "tc_dice tc_precision"
    assert found[0]["low"] == pytest.approx(0.75495 + 0.82385 - 1)
    assert found[0]["high"] == pytest.approx(2 * 0.75505 * 0.82395 / 1.579)
    del rows["b"]
    assert [f["severity"] for f in findings(rows)] == ["note"]


def test_what_may_repeat(findings):
    cells = {"dice": "1.000", "iou": "1.000", "specificity": "0.998"}
    assert findings({"a": cells, "b": {"dice": "0.5"} | {"specificity": "0.998"}}) == []
    bounds = {"dice": "<1e-4", "iou": "<1e-4", "precision": "<1e-4"}
    assert findings({"a": bounds}) == []


def test_rows_that_repeat(findings):
    same = {"wt_dice": "0.81", "tc_dice": "0.72"}
    rows = {"a": same, "b": same, "c": {"wt_dice": "0.81", "tc_dice": "0.73"}}
    (found,) = findings(rows)
    assert (found["rule"], found["row"]) == ("repeated-row", "b")
    assert found["columns"] == "wt_dice tc_dice"
    assert "row a" in found["explanation"]


def test_a_cell_that_another_table_changes(findings):
    tables = [{"a": {"dice": text}} for text in ("0.7662", "0.766", "0.7672")]
    (found,) = findings(*tables)
    assert (found["rule"], found["table"]) == ("changed-cell", "3")
    assert found["printed"] == "0.7672"
    assert "table 1 prints 0.7662" in found["explanation"]


def test_a_row_of_two_tables_is_judged_once(findings):
    cells = {"dice": "0.8003", "mean_iou": "0.9074"}
    (found,) = findings({"a": cells}, {"a": cells})
    assert found["table"] == "1"


def test_mean_of_regions(findings):
    cells = {"wt_dice": "0.90", "tc_dice": "0.80", "et_dice": "0.70"}
    assert findings({"a": cells | {"mean_dice": "0.80"}}) == []
    (found,) = findings({"a": cells | {"mean_dice": "0.82"}})
    assert (found["rule"], found["severity"]) == ("region-mean", "suspicious")
    assert (found["low"], found["high"]) == pytest.approx((0.795, 0.805))


def test_folder_without_tables(tmp_path):
    (tmp_path / "table_readings.csv").write_text("row,column,value,where,note\n")
    with pytest.raises(UserError, match="table1.csv"):
        read_printed(tmp_path)


def test_file_with_other_columns(folder):
    with pytest.raises(UserError, match="text_claims.csv: expected the columns claim,"):
        read_printed(folder({"a": {"dice": "0.5"}}, text_claims="claim,first\n"))


def test_writes_the_findings(folder, tmp_path):
    cells = {"dice": "0.8003", "mean_iou": "0.9074", "precision": "0.8003"}
    source = folder({"a": cells, "b": {"parameters": "5"}})
    path = tmp_path / "results" / "audit.csv"
    found = write_audit(path, {"one": source, "two": source})
    written = read_text(path, "")
    assert list(written) == list(found)
    assert written["paper"].tolist() == ["one", "one", "two", "two"]
    assert written["severity"].tolist() == ["impossible", "note"] * 2
    assert written["printed"].tolist()[:2] == ["0.9074", "0.8003"]
    before = path.read_bytes()
    write_audit(path, {"one": source, "two": source})
    assert path.read_bytes() == before
    empty = audit({})
    assert list(empty) == list(found) and empty.empty
