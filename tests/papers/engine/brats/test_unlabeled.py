"""Cases without labels beside training cases: left out before anything trains."""

import io

import numpy as np
import pytest
from rich.console import Console as RichConsole

from common.errors import UserError
from data.brats.dataset import BratsDataset
from data.phantom.brats.write import write_phantom
from papers import registry
from papers.engine.console import Console
from papers.engine.plan import plan_jobs, some, without_labels
from papers.engine.request import Request
from papers.engine.runner import Runner

PAPERS = [paper for paper in registry.papers() if paper.dataset.startswith("brats")]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A phantom with two cases that have lost their labels; not to be changed."""
    folder = tmp_path_factory.mktemp("unlabeled") / "brats"
    write_phantom(folder, "brats17", hgg=10, lgg=4, shape=(16, 48, 48))
    for path in sorted(folder.rglob("*_seg.nii.gz"))[:2]:
        path.unlink()
    return folder


@pytest.fixture(scope="module")
def validation(tmp_path_factory):
    """A phantom of a validation set."""
    folder = tmp_path_factory.mktemp("validation") / "brats"
    write_phantom(folder, "brats17", hgg=2, lgg=1, shape=(16, 48, 48), labeled=False)
    return folder


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.id)
def test_no_job_has_a_case_without_labels(paper, root, tmp_path):
    console = Console(RichConsole(file=io.StringIO(), width=400))
    runner = Runner(Request(paper, root, "demo"), tmp_path, console)
    lines = console.rich.file.getvalue().splitlines()
    bare = without_labels(runner.dataset)
    assert len(bare) == 2 and len(runner.dataset) == 14
    assert runner.jobs
    for job in runner.jobs:
        used = {*job.split.train, *job.split.validation, *job.split.test}
        assert used and not used & set(bare)
    (line,) = [line for line in lines if "no labels" in line]
    assert line.startswith("2 of 14 cases") and line.endswith(", ".join(bare))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.id)
def test_a_validation_set_is_refused_before_anything_trains(
    paper, validation, tmp_path
):
    request = Request(paper, validation, "demo")
    with pytest.raises(UserError, match="3 cases without: .*training set") as error:
        plan_jobs(request, BratsDataset(validation), tmp_path)
    assert "delete" not in error.value.next_step


def test_labeled_cases_are_the_data_set_itself_where_all_are(phantom_root, root):
    dataset = BratsDataset(root)
    assert len(dataset.labeled()) == 12 and len(dataset) == 14
    assert all(case.label for case in dataset.labeled())
    case = dataset.labeled()[0]
    assert np.any(dataset.labeled().read_labels(case))


def test_names_in_messages():
    assert some(["a", "b"]) == "a, b"
    assert some(list("abcdefg")) == "a, b, c, d, e, … (7)"
