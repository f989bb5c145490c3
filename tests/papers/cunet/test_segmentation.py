"""From logits and brain mask to labels, by each rule."""

import numpy as np
import pytest
from scipy import special

from papers.cunet.segmentation import fuse_branches


@pytest.fixture
def logits():
    random = np.random.default_rng(0)
    shape = (3, 9, 11)
    wt = random.normal(size=(*shape, 2)).astype(np.float32)
    sub = random.normal(size=(*shape, 4)).astype(np.float32)
    return {"wt": wt, "sub": sub}, random.random(shape) < 0.6


@pytest.mark.parametrize("rule", ["gate", "and", "prob"])
@pytest.mark.parametrize("classes", [3, 4])
def test_only_tumor_labels_and_only_in_the_brain(logits, rule, classes):
    maps, brain = logits
    maps = {"wt": maps["wt"], "sub": maps["sub"][..., -classes:]}
    labels = fuse_branches(maps, brain, rule)
    assert labels.dtype == np.uint8
    assert not labels[~brain].any()
    assert set(np.unique(labels)) == {0, 1, 2, 4}


def test_rules_one_pixel_at_a_time(logits):
    maps, brain = logits
    found = {rule: fuse_branches(maps, brain, rule) for rule in ("gate", "and", "prob")}
    values = [0, 1, 2, 4]
    for place in np.ndindex(*brain.shape):
        wt, sub = maps["wt"][place], maps["sub"][place]
        tumor = wt[1] > wt[0]
        of_wt, of_parts = special.softmax(wt), special.softmax(sub[1:])
        product = [of_wt[0], *(of_wt[1] * of_parts)]
        expected = {
            "gate": values[1 + int(np.argmax(sub[1:]))] if tumor else 0,
            "and": values[int(np.argmax(sub))] if tumor else 0,
            "prob": values[int(np.argmax(product))],
        }
        for rule, labels in found.items():
            assert labels[place] == (expected[rule] if brain[place] else 0)
    veto = (found["gate"] > 0) & (found["and"] == 0)
    assert veto.any() and not ((found["and"] > 0) & (found["gate"] == 0)).any()


def test_one_map_is_its_most_probable_class(logits):
    maps, brain = logits
    expected = np.array([0, 1, 2, 4])[maps["sub"].argmax(-1)] * brain
    np.testing.assert_array_equal(fuse_branches(maps["sub"], brain), expected)


def test_no_such_rule(logits):
    with pytest.raises(ValueError, match="gate"):
        fuse_branches(*logits, rule="or")
