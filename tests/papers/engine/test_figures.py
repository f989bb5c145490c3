"""Names and captions of figures."""

from types import SimpleNamespace

import pytest

from papers import registry
from papers.engine.figures import figure_suffix
from papers.engine.request import Request


@pytest.mark.parametrize(
    ("name", "is_own", "expected"),
    [
        ("figshare", False, "demo_image_2epochs"),
        ("phantom", False, "demo_image_2epochs"),
        ("mine", True, "demo_image_2epochs"),
        ("figshare-small", False, "figshare-small_demo_image_2epochs"),
    ],
)
def test_figures_in_one_folder_have_different_names(
    plan, dataset, name, is_own, expected
):
    changes = {"training.epochs": 2}
    (job, *_) = plan(methods=("dual",), changes=changes)
    request = Request(registry.paper("linkdsl"), dataset.root, "demo", changes=changes)
    data = SimpleNamespace(name=name, is_own=is_own)
    runner = SimpleNamespace(request=request, dataset=data, paper=request.paper)
    assert figure_suffix(runner, job) == expected
