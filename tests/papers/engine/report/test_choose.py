"""Which cases `CASES=` names."""

import numpy as np
import pandas as pd
import pytest

from common.errors import UserError
from papers.engine.report.choose import chosen_cases

DICE = {"a": 0.9, "b": 0.1, "c": 0.5, "d": 0.7, "e": 0.3}


@pytest.fixture
def rows():
    frame = pd.DataFrame({"case": list(DICE), "dice": list(DICE.values())})
    frame["status"] = "ok"
    failed = {"case": ["failed", "empty"], "dice": [np.nan] * 2}
    failed["status"] = ["failed: no file", "ok"]
    return pd.concat([frame, pd.DataFrame(failed)], ignore_index=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("worst:2", ["b", "e"]),
        ("best:1", ["a"]),
        ("median:1", ["c"]),
        ("median:3", ["e", "c", "d"]),
        ("worst:99", ["b", "e", "c", "d", "a"]),
        (" d , worst:1,d", ["d", "b"]),
        ("failed", ["failed"]),
        ("", []),
    ],
)
def test_cases_are_chosen_by_their_score(rows, text, expected):
    assert chosen_cases(text, rows, "dice") == expected


def test_several_seeds_count_with_their_mean(rows):
    again = rows.assign(dice=1 - rows["dice"] / 2)  # a: 0.55, b: 0.95
    both = pd.concat([rows, again])
    assert chosen_cases("best:1", both, "dice") == ["a"]
    assert chosen_cases("worst:1", both, "dice") == ["b"]


def test_an_id_that_looks_like_a_rule_is_an_id(rows):
    rows.loc[0, "case"] = "worst:1"
    assert chosen_cases("worst:1", rows, "dice") == ["worst:1"]


@pytest.mark.parametrize("text", ["worst", "worst:x", "middle:1", "zz", "worst:-1"])
def test_others_are_refused(rows, text):
    with pytest.raises(UserError) as caught:
        chosen_cases(text, rows, "dice")
    assert text in caught.value.file and "best:N" in caught.value.expected
