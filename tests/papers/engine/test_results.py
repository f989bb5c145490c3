"""From runs to files: what captions and names say."""

from types import SimpleNamespace

import pandas as pd
import pytest

from papers import registry
from papers.engine import results
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
    assert results.figure_suffix(runner, job) == expected


def trained(checkpoint, scores):
    history = pd.DataFrame({"epoch": range(1, len(scores) + 1), "val_dice": scores})
    return SimpleNamespace(
        name=f"{checkpoint}-{len(scores)}",
        checkpoint=checkpoint,
        trains=True,
        finished=lambda: True,
        history=history,
    )


def test_a_run_that_training_did_not_help_says_so_at_its_end():
    jobs = [
        trained("best", [0.3, 0.2, 0.3]),
        trained("best", [0.3, 0.4]),
        trained("best", [0.3]),
        trained("last", [0.3, 0.2]),
    ]
    lines = []
    runner = SimpleNamespace(
        paper=registry.paper("linkdsl"),
        jobs=jobs,
        history=lambda job: job.history,
        dataset=SimpleNamespace(name="figshare"),
        console=SimpleNamespace(say=lines.append),
    )
    results.announce(runner, [])
    assert lines == [
        "best-3: its best epoch is the first of 3, so that its row shows a network of "
        "one epoch"
    ]


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_one_epoch_is_one(paper_id):
    request = Request(registry.paper(paper_id), epochs=1)
    assert " epochs" not in request.protocol.budget
