"""From runs to rows and tables, and what is said of them."""

from types import SimpleNamespace

import pandas as pd
import pytest

from papers import registry
from papers.engine import results
from papers.engine.request import Request


def trained(checkpoint, scores):
    history = pd.DataFrame({"epoch": range(1, len(scores) + 1), "val_dice": scores})
    return SimpleNamespace(
        short_name=f"{checkpoint}-{len(scores)}",
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
