"""The contract of an experiment: what is abstract, what has a default."""

from types import SimpleNamespace

import pytest

from common.errors import UserError
from data.splits.split import Split
from papers import registry
from papers.engine.brats.volume_experiment import VolumeExperiment
from papers.engine.experiment import Experiment
from papers.engine.paper import BaseProtocol

SPLIT = Split(2, ("a", "b", "c", "d", "e"), (), ("f", "g"))


class Small(Experiment):
    """As little as a paper must answer."""

    @classmethod
    def open_dataset(cls, path):
        return []

    @classmethod
    def prepared_cache(cls, root, dataset, protocol):
        return None

    @classmethod
    def prepare(cls, dataset, cache, protocol, console, workers):
        return None

    @classmethod
    def splits(cls, dataset, name, protocol, file=None):
        return name, {0: SPLIT}

    def build(self):
        return None

    loss = optimizer = build

    def stream(self, first_step):
        return iter(())

    def validation(self, model):
        return None

    def case_images(self, case_id):
        return None

    evaluate = validation


def make():
    method = SimpleNamespace(id="small")
    protocol = SimpleNamespace(training=SimpleNamespace(batch_size=2))
    cases = [SimpleNamespace(id=case_id) for case_id in "fg"]
    return Small(method, protocol, None, SPLIT, seed=0, dataset=cases)


def test_what_a_paper_does_not_answer_is_an_error_at_once():
    for kind in (Experiment, VolumeExperiment):
        with pytest.raises(TypeError, match="abstract"):
            kind(None, None, None, None, 0)

    class Deaf(Small):
        stream = Experiment.stream

    with pytest.raises(TypeError, match="stream"):
        Deaf(None, None, None, None, 0)


def test_defaults():
    one = make()
    assert (one.monitor, one.schedule, one.average_decay) == ("val_dice", None, None)
    assert (one.batch_size, one.steps_per_epoch) == (2, 2)
    assert one.before_training(pytest.fail) is None
    for refused in (one.maps_of, one.released_models):
        with pytest.raises(NotImplementedError, match="small"):
            refused(*[None] * (refused.__code__.co_argcount - 1))


def test_a_split_without_validation_cases_is_refused():
    one = make()
    with pytest.raises(UserError, match="fold 2.*none beside 5.*validation_share"):
        one.validation_cases()
    one.split = Split(0, (), ("v",), ())
    assert one.validation_cases() == ("v",)


def test_a_case_that_fails_has_its_error_in_place_of_scores():
    broken = UserError("f.h5", "a file", "none", "restore it")

    def score(case):
        if case.id == "f":
            raise broken
        return {"dice": 1.0}

    one = make()
    found = dict(one.scored(one.split.test, lambda case_id: score(one.cases[case_id])))
    assert found == {"f": broken, "g": {"dice": 1.0}}


@pytest.mark.parametrize("paper", registry.IDS)
def test_papers_answer_all_of_it(paper):
    one = registry.paper(paper)
    assert issubclass(one.experiment, Experiment)
    assert not one.experiment.__abstractmethods__
    assert isinstance(one.published, BaseProtocol)
    own = {"hierdice": (3, False)}
    found = one.published.towers, one.published.synchronized
    assert found == own.get(paper, (None, False))
    assert one.has_released_weights == (paper == "anisocascade")
