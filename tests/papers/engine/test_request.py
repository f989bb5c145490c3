"""Requests: defaults that depend on other options, and what is refused."""

from pathlib import Path

import pytest

from common.errors import UserError
from papers import registry
from papers.engine.request import Request

LINKDSL = registry.paper("linkdsl")


def test_the_demo_has_its_phantom_both_splits_and_one_fold():
    request = Request(LINKDSL)
    assert request.is_demo and request.profile == "demo"
    assert request.data == Path("cache/phantom-linkdsl-demo")
    assert (request.splits, request.folds) == (("image", "patient"), (0,))
    # The suite's own rows, which git holds, are written only where they are meant.
    assert request.results == Path("results/local")
    chosen = Request(LINKDSL, splits=("patient",), folds=(2,))
    assert (chosen.splits, chosen.folds) == (("patient",), (2,))


@pytest.mark.parametrize(
    "options, data, profile",
    [
        ({"data": Path("mats")}, "mats", "cpu"),
        ({"data": Path("mats"), "profile": "demo"}, "mats", "demo"),
        ({"profile": "paper"}, "downloads/figshare", "paper"),
    ],
)
def test_real_data_has_all_folds_of_the_first_split(options, data, profile):
    request = Request(LINKDSL, **options)
    assert (request.data, request.profile) == (Path(data), profile)
    assert not request.is_demo and request.splits == request.folds == ()


def test_a_profile_may_have_a_split_of_its_own():
    """hierdice's paper holds out no case; its other profiles do."""
    hierdice = registry.paper("hierdice")
    assert Request(hierdice, profile="paper").splits == ("all",)
    own = {"profile": "paper", "data": Path("brats")}
    assert Request(hierdice, **own, splits=("patient",)).splits == ("patient",)
    assert Request(hierdice, **own, splits_file=Path("own.csv")).splits == ()
    assert Request(hierdice, data=Path("brats")).splits == ()


def test_epochs_are_a_change_that_the_profile_label_leaves_out():
    request = Request(LINKDSL, changes={"loss.dice_over": "batch"}, epochs=3)
    assert request.protocol.training.epochs == 3
    assert request.profile_label() == "demo, loss.dice_over=batch"


def test_protocol_is_built_once(monkeypatch):
    request, calls = Request(LINKDSL), []
    protocol_of = type(LINKDSL).protocol_of
    monkeypatch.setattr(
        type(LINKDSL),
        "protocol_of",
        lambda *arguments: calls.append(arguments) or protocol_of(*arguments),
    )
    for _ in range(3):
        assert request.protocol.budget and request.profile_label()
    assert len(calls) == 1


def test_two_sources_of_folds_are_refused():
    with pytest.raises(UserError, match="SPLIT=image SPLITS=own.csv.*leave one out"):
        Request(LINKDSL, splits=("image",), splits_file=Path("own.csv"))
