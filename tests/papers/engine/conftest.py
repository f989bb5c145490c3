"""Plans of jobs on a small phantom, without a runner."""

import pytest

from data.figshare.dataset import FigshareDataset
from papers import registry
from papers.engine.plan import plan_jobs
from papers.engine.request import Request


@pytest.fixture(scope="session")
def dataset(phantom_root):
    return FigshareDataset(phantom_root)


@pytest.fixture
def plan(dataset, tmp_path):
    """Plans the jobs of a request for linkdsl's demo."""

    def plan(**options):
        request = Request(registry.paper("linkdsl"), dataset.root, "demo", **options)
        return plan_jobs(request, dataset, tmp_path)

    return plan
