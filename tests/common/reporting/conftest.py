"""Small made-up results: two methods in the paper's shape."""

import numpy as np
import pandas as pd
import pytest

from common.metrics import overlap
from common.reporting.aggregate import Mean, Pooled
from common.reporting.table import Column, Row, Table


def _make_run(method="dual", fold=0, seed=0, n=6, **changes):
    """Returns the rows of one run; every run has other scores."""
    entropy = [ord(letter) for letter in method] + [fold, seed]
    random = np.random.default_rng(entropy)
    tp, fp, fn = random.integers(1, 60, size=(3, n))
    tn = 262144 - tp - fp - fn
    run = {
        "paper": "linkdsl",
        "method": method,
        "data": "figshare256",
        "coverage": "1194/3064",
        "fingerprint": "0123456789ab",
        "profile": "cpu",
        "budget": "12 epochs",
        "split": "image",
        "fold": fold,
        "seed": seed,
        "case": [f"{n * fold + i:03d}" for i in range(n)],
        "patient": "100360",
        "group": "glioma",
        "status": "ok",
        "dice": overlap.dice(tp, fp, fn),
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "tn": tn,
        "command": f"make linkdsl METHOD={method}",
        "commit": "abc1234",
    }
    return pd.DataFrame(run | changes)


@pytest.fixture(name="make_run", scope="session")
def fixture_make_run():
    return _make_run


@pytest.fixture
def published_csv(tmp_path):
    path = tmp_path / "published.csv"
    path.write_text(
        "row,column,value,where,note,flag\n"
        "linknet,dice,0.7662,Table 2,,\n"
        "linknet,mean_iou,0.8620,Table 2,,\n"
        "dual,dice,0.7812,Table 2,,\n"
        'dual,mean_iou,0.8813,Table 2,,"excluded: equals another cell"\n'
        "others,dice,0.9,Table 2,,\n"
    )
    return path


@pytest.fixture
def table(published_csv):
    rows = (
        Row("linknet", "LinkNet", "linknet"),
        Row("dual", "Dual-Scale LinkNet", "dual"),
        Row("others", "Someone else's"),
    )
    columns = (
        Column("dice", "Dice", Mean("dice"), "per image"),
        Column("mean_iou", "Mean IoU", Pooled(overlap.mean_iou), "pooled"),
    )
    return Table("2", "Impact of scales", rows, columns, published_csv)


@pytest.fixture
def cases():
    runs = [
        _make_run(method, fold) for method in ("linknet", "dual") for fold in (0, 1)
    ]
    return pd.concat(runs, ignore_index=True)
