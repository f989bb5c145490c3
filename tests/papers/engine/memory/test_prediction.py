"""Warnings: whether a training fits, and the setting with which it would."""

import pytest

from papers.engine.memory.footprint import Footprint
from papers.engine.memory.prediction import BASE, Prediction

SMALLER = (("training.batch_size=2", 0.5), ("training.batch_size=1 x=32", 0.1))


def prediction(smaller=SMALLER, examples=4):
    return Prediction(Footprint(weights=10**8, example=10**9), examples, smaller)


def test_more_examples_need_more():
    one, two, four = (prediction(examples=n).peak for n in (1, 2, 4))
    assert BASE < one < two < four
    assert four - two == pytest.approx(2 * (two - one))


def test_what_fits_is_not_warned_about():
    one = prediction()
    assert one.warning(one.peak) is None
    assert one.warning(None) is None
    assert one.warning(one.peak - 1).startswith("may not fit: about ")


def test_the_mildest_setting_that_fits_is_named():
    one, half = prediction(), prediction(examples=2)
    assert one.fitting(half.peak) == ("training.batch_size=2", half.peak)
    assert "; SET=training.batch_size=2 would fit, about " in one.warning(half.peak)
    warning = one.warning(half.peak - 1)
    assert '; SET="training.batch_size=1 x=32" would fit, about ' in warning


def test_a_shell_takes_what_is_advised():
    own = prediction([("x=(1,2)", 0.1)])
    assert '; SET="x=(1,2)" would fit' in own.warning(own.peak - 1)


def test_nothing_fits():
    least = BASE + 10**8
    warning = prediction().warning(least)
    assert 'nor would SET="training.batch_size=1 x=32" fit' in warning
    assert "with more memory" in prediction(smaller=()).warning(least)
