"""Folds of patients as ever, and the published protocol: every case trained on."""

import pytest

from common.errors import UserError
from data.brats.dataset import BratsDataset
from data.phantom.brats.write import write_phantom
from data.splits.folds import patient_folds, rule_kept, split
from papers.engine.plan import plan_jobs
from papers.engine.request import Request
from papers.hierdice.experiment import Experiment
from papers.hierdice.paper import PAPER
from papers.hierdice.protocol import Protocol


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("splits") / "brats"
    write_phantom(folder, "brats15", hgg=2, lgg=11, shape=(16, 48, 48))
    return BratsDataset(folder)


def test_folds_are_those_of_all_papers_on_brats(dataset):
    cases, rule = list(dataset), Protocol().folds
    folds = patient_folds(cases, n_folds=5, seed=0, strict=False)
    origin, found = Experiment.splits(dataset, "patient", Protocol())
    assert (origin, sorted(found)) == ("patient", [0, 1, 2, 3, 4])
    for fold, one in found.items():
        patients = rule_kept(cases, folds)
        assert one == split(cases, folds, fold, rule.validation_share, 0, patients)


def test_all_cases_are_trained_on(dataset):
    ids = tuple(case.id for case in dataset)
    group = {case.id: case.group for case in dataset}
    origin, found = Experiment.splits(dataset, "all", Protocol())
    assert origin == "all"
    assert found == Experiment.splits(dataset, "all", Protocol())[1]
    (one,) = found.values()
    assert (one.train, one.test) == (ids, ())
    assert [group[case] for case in one.validation] == ["HGG", "LGG"]


def test_it_is_a_run_of_its_own_that_is_asked_for(dataset, tmp_path):
    def plan(*names, folds=(0,)):
        request = Request(PAPER, dataset.root, "demo", splits=names, folds=folds)
        return plan_jobs(request, dataset, tmp_path)

    assert {job.split_name for job in plan()} == {"patient"}
    both = plan("patient", "all")
    assert [job.split_name for job in both] == ["patient"] * 6 + ["all"] * 6
    assert len({job.base_key for job in both}) == 12
    with pytest.raises(UserError, match="patient or all"):
        plan("image")
    with pytest.raises(UserError, match="FOLDS=1"):
        plan("all", folds=(1,))
