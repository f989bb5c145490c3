"""What the paper concludes, judged by rows whose order is known."""

import numpy as np
import pandas as pd
import pytest

from common.reporting.cells import GROUP
from papers.cunet.claims import REGIONS
from papers.cunet.paper import PAPER
from papers.cunet.protocol import METHODS
from papers.cunet.tables import CLAIMS, PAIRED, TABLES

LEVELS = {"unet": 0.5, "bfcn": 0.6, "drn": 0.65, "cun": 0.7, "cun_lws": 0.8}


def rows(levels=LEVELS, data="brats17-cubes32"):
    """Rows of 30 patients, method by method at its level, with the same noise."""
    noise = np.random.default_rng(0).normal(0, 0.02, 30)
    same = dict.fromkeys(GROUP, "") | {"data": data, "status": "ok"}
    lines = []
    for method, level in levels.items():
        for number, error in enumerate(noise):
            own = np.random.default_rng(number).normal(0, 0.01)
            scores = {column.key: level + error + own for column in PAIRED.columns}
            scores["mean_dice"] = 0.8 + error  # the same of all
            line = {"method": method, "fold": 0, "seed": 0, "case": f"c{number}"}
            lines.append(same | line | {"patient": f"p{number}"} | scores)
    return pd.DataFrame(lines)


def test_each_claim_has_a_verdict():
    found = CLAIMS(rows()).set_index(["first", "second", "score"])
    assert len(found) == 11
    lws = found.loc[("cun", "cun_lws", "sensitivity")]
    assert lws["verdict"] == "supported"
    assert lws["published_difference"] == pytest.approx(0.017, abs=5e-4)
    assert lws["difference"] == pytest.approx(0.1)
    assert lws["n_patients"] == 30
    dice = found.loc[("cun", "cun_lws", "dice")]
    assert dice["published_difference"] == pytest.approx(-0.00433, abs=5e-5)
    assert dice["verdict"] == "undecided: no rise shown"
    assert set(found["note"]) == {
        "a comparison of methods under one budget, not of the paper's"
    }


def test_other_order_contradicts():
    levels = LEVELS | {"cun": 0.8, "cun_lws": 0.7}
    found = CLAIMS(rows(levels)).set_index(["first", "second", "score"])
    assert found.loc[("cun", "cun_lws", "sensitivity"), "verdict"] == "contradicted"
    assert found.loc[("unet", "cun_lws", "sensitivity"), "verdict"] == "supported"


def test_a_rise_of_dice_contradicts_the_table():
    cases = rows()
    better = cases["method"] == "cun_lws"
    cases.loc[better, "mean_dice"] += 0.1
    found = CLAIMS(cases).set_index(["first", "second", "score"])
    assert found.loc[("cun", "cun_lws", "dice"), "verdict"] == "contradicted"


def test_phantoms_say_nothing():
    found = CLAIMS(rows(data="phantom"))
    assert set(found["note"]) == {"phantom: says nothing of the paper's"}
    assert CLAIMS(rows().iloc[:0]).empty


def test_table_has_five_rows_and_both_pools_of_the_specificity():
    (table,) = TABLES
    assert [row.title for row in table.rows] == [m.title for m in METHODS]
    keys = {column.key for column in table.columns}
    assert {f"{r}_{s}" for r in REGIONS for s in ("dice", "sensitivity")} <= keys
    for region in REGIONS:
        assert {f"{region}_specificity", f"{region}_specificity_slices"} <= keys
    assert set(PAPER.derived) == {"paired.csv", "claims.csv"}
