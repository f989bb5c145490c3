"""Conventions: every pair of rules has a name and a description in words."""

import numpy as np
import pytest

from common.metrics.case_scores import score_case
from common.metrics.conventions import CONVENTIONS, find_convention
from common.metrics.empty_rule import BRATS_DIAGONAL, EMPTY_RULES
from common.metrics.surface import RULES


def test_every_pair_of_rules_has_a_name():
    names = {f"{distance}/{empty}" for distance in RULES for empty in EMPTY_RULES}
    assert set(CONVENTIONS) == names
    assert all(c.name == name for name, c in CONVENTIONS.items())


SCORES = ("dice", "iou", "precision", "sensitivity", "specificity")
SCORES += ("specificity_slices", "hd", "hd95", "asd")


def test_every_score_of_a_case_is_described():
    masks = np.ones((2, 1, 3, 4), np.uint8)
    row = score_case(*masks, (1, 1, 1), {"x": (1,)})
    others = ("tp", "fp", "fn", "tn", "empty_truth", "empty_prediction", "missed")
    names = [name.removeprefix("x_") for name in row if name != "convention"]
    assert set(names) - set(others) == set(SCORES)
    # Dice and IoU share a definition of empty, all others have their own.
    for convention in CONVENTIONS.values():
        assert len({convention.describe(score) for score in SCORES}) == len(SCORES) - 1


def test_descriptions_differ_where_conventions_differ():
    words = {
        tuple(convention.describe(score) for score in SCORES)
        for convention in CONVENTIONS.values()
    }
    assert len(words) == len(CONVENTIONS)


def test_descriptions_match_the_rules():
    convention = find_convention("pooled/brats")
    assert convention.describe("hd95") == (
        "per case; 95th percentile of the Hausdorff distance, mm; "
        f"{RULES['pooled']}; both empty: 0; one empty: 373.13"
    )
    assert convention.describe("dice") == "per case; both empty: 1; one empty: 0"
    skipping = find_convention("pooled/skip")
    assert skipping.describe("sensitivity") == (
        "per case; both empty: left out; only the truth empty: 0"
    )
    assert "slices whose truth has tumor" in convention.describe("specificity_slices")
    with pytest.raises(ValueError, match="Received: score='wt_dice'"):
        convention.describe("wt_dice")


def test_diagonal_is_the_one_of_brats():
    assert round(BRATS_DIAGONAL, 2) == 373.13
    assert EMPTY_RULES["brats"].one_distance == BRATS_DIAGONAL


def test_unknown_name_is_refused():
    with pytest.raises(ValueError, match="border-max/brats.*name='hd95'"):
        find_convention("hd95")
