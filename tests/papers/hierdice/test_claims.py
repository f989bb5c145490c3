"""What the paper concludes, judged by rows whose order and imbalance are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from common.files import write_text
from common.reporting.cells import GROUP
from common.reporting.text import to_csv
from papers.hierdice.balance import PAPER_OTHERS_PER_ET
from papers.hierdice.claims import MISSED, RegionClaim, others_per_et_pixel
from papers.hierdice.page import claims_table
from papers.hierdice.paper import PAPER
from papers.hierdice.protocol import METHODS
from papers.hierdice.tables import DEFAULT

CLAIM_TABLE = PAPER.derived["claims.csv"]
# As published, but for softmax, which finds nothing.
LEVELS = {
    "vgg16-bootstrapping": 0.2,
    "unet-bootstrapping": 0.47,
    "resnet50-bootstrapping": 0.26,
    "resunet-bootstrapping": 0.55,
    "resunet-softmax": 0.0,
    "resunet-hierarchical": 0.5,
}
MISSES = ("none", "resunet-softmax", "et_dice")
FINDS = ("resunet-softmax", "resunet-bootstrapping", "et_dice")
BEST = ("unet-bootstrapping", "resunet-bootstrapping", "et_dice")
CORE = ("resunet-softmax", "resunet-bootstrapping", "tc_iou")
FLAT = ("vgg16-bootstrapping", "unet-bootstrapping", "wt_iou")
NAMED = (MISSES, FINDS, BEST, CORE, FLAT)
# The claims that tests name: to judge all 43 takes nine times as long.
SOME = replace(
    CLAIM_TABLE,
    claims=tuple(
        claim
        for claim in CLAIM_TABLE.claims
        if (claim.first or "none", claim.second, claim.score) in NAMED
    ),
)


def rows(levels=LEVELS, others=PAPER_OTHERS_PER_ET, data="brats15", patients=30):
    """Rows of patients, two cases each, with the same noise for all methods."""
    same = dict.fromkeys(GROUP, "") | {"data": data, "status": "ok"}
    same |= {"coverage": "30/30", "profile": "paper"}
    same |= {"fold": 0, "seed": 0, "wt_fp": others * 50, "wt_tn": others * 50}
    for region in ("wt", "tc", "et"):
        same |= {f"{region}_tp": 0, f"{region}_fn": 100}
    lines = []
    for method, level in levels.items():
        for number in range(2 * patients):
            noise = np.random.default_rng(number).normal(0, 0.02) if level else 0
            scores = {column.key: level + noise for column in DEFAULT}
            case = {"case": f"c{number}", "patient": f"p{number // 2}"}
            lines.append(same | {"method": method} | case | scores)
    return pd.DataFrame(lines)


def judged(cases, table=SOME):
    return table(cases).set_index(["first", "second", "score"])


def test_the_papers_order_supports_its_claims():
    found = judged(rows(), CLAIM_TABLE)
    assert len(found) == 43
    recall = ("resunet-bootstrapping", "resunet-hierarchical", "wt_recall")
    assert found.loc[recall, "verdict"] == "contradicted"
    assert set(found.drop(recall)["verdict"]) == {"supported"}
    assert found.loc[FINDS, "difference"] == pytest.approx(0.55, abs=0.01)
    assert found.loc[FINDS, "n_patients"] == 30
    assert found.loc[FINDS, "n_cases"] == 60
    assert found.loc[FINDS, "published_second"] == 0.5112
    assert found.loc[MISSES, "published_second"] == pytest.approx(2e-4)
    assert found.loc[MISSES, "mean_first"] == 0


def test_other_orders_do_not():
    found = judged(rows(LEVELS | {"resunet-softmax": 0.6}))
    for claim in (MISSES, FINDS):
        assert found.loc[claim, "verdict"] == "contradicted"


@pytest.mark.parametrize(
    "first, low, high, verdict",
    [
        ("a", 0.01, 0.3, "supported"),
        ("a", -0.2, 0.3, "undecided"),
        ("a", 0.0, 0.0, "undecided"),
        ("a", -0.3, -0.01, "contradicted"),
        ("a", np.nan, np.nan, "undecided"),
        (None, 0.0, MISSED / 2, "supported"),
        (None, 0.0, 2 * MISSED, "undecided"),
        (None, 2 * MISSED, 0.5, "contradicted"),
    ],
)
def test_verdict_is_by_the_interval(first, low, high, verdict):
    claim = RegionClaim("words", first, "b", "et_dice")
    run = {"ci_low": low, "ci_high": high, "n_patients": 9}
    assert claim.judge(run, PAPER_OTHERS_PER_ET)[0] == verdict


def test_cases_without_the_region_do_not_count():
    """False positives alone would be a Dice of 0, as if the region were missed."""
    cases = rows(LEVELS | {"resunet-softmax": 0.3})
    without = cases["patient"].isin([f"p{i}" for i in range(10)])
    cases.loc[without, "et_fn"] = 0
    cases.loc[without, "et_dice"] = 0.0
    found = judged(cases)
    assert found.loc[MISSES, "n_patients"] == found.loc[FINDS, "n_patients"] == 20
    assert found.loc[MISSES, "mean_second"] == pytest.approx(0.3, abs=0.02)
    assert found.loc[CORE, "n_patients"] == 30
    cases["et_fn"] = 0
    none = judged(cases).loc[BEST]
    assert (none["verdict"], none["note"]) == ("not tested", "no case has the region")


@pytest.mark.parametrize(
    "share, misses, finds",
    [(0.05, "not tested", "not tested"), (0.5, "not tested", "supported")],
)
def test_less_imbalance_refutes_nothing(share, misses, finds):
    """Softmax finds a little, where others are fewer an enhancing pixel."""
    levels = LEVELS | {"resunet-softmax": 0.3}
    found = judged(rows(levels, others=share * PAPER_OTHERS_PER_ET))
    assert found.loc[MISSES, "verdict"] == misses
    assert "imbalance" in found.loc[MISSES, "note"]
    assert found.loc[FINDS, "verdict"] == finds
    assert found.loc[BEST, "verdict"] == "supported"  # no claim about imbalance


def test_what_was_not_run_is_not_tested():
    levels = {"resunet-softmax": 0.0, "unet-bootstrapping": 0.5}
    found = judged(rows(levels))
    assert found.loc[MISSES, "verdict"] == "supported"
    assert found.loc[FINDS, "verdict"] == "not tested"
    assert "resunet-bootstrapping was not run" in found.loc[FINDS, "note"]
    assert CLAIM_TABLE(rows().iloc[:0]).empty


@pytest.mark.parametrize(
    "patients, verdict, few",
    [(2, "not tested", False), (3, "supported", True), (5, "supported", False)],
)
def test_few_patients_say_so(patients, verdict, few):
    found = judged(rows(patients=patients)).loc[FINDS]
    assert found["verdict"] == verdict
    assert ("nearly their range" in found["note"]) == few


def test_phantoms_say_so():
    notes = judged(rows(data="phantom"))["note"]
    assert len(notes) == len(NAMED)
    assert all("phantom: says nothing" in note for note in notes)


def test_section_5_is_judged_in_every_metric():
    """Our levels contradict the first claim and support the second."""
    levels = LEVELS | {"resnet50-bootstrapping": 0.1}
    found = CLAIM_TABLE(rows(levels))
    words = found["claim"].str
    fcn, unets = (
        found[words.contains("all metrics")],
        found[words.contains("a U-Net is")],
    )
    assert len(fcn) == 11 and set(fcn["verdict"]) == {"contradicted"}
    assert len(unets) == 22 and set(unets["verdict"]) == {"supported"}
    assert "tc_dice" not in set(fcn["score"])  # printed wrongly
    assert (fcn["published_second"] > fcn["published_first"]).all()


def test_a_map_of_one_pixel_is_named():
    """VGG16's and ResNet50's, at stride 32; the U-Nets' is 2x2."""
    found = judged(rows().assign(wt_slices=1, wt_fp=424, wt_tn=500))
    note = found.loc[FLAT, "note"]
    assert note.startswith("the deepest map of vgg16-bootstrapping is 1x1")
    assert "1x1" not in found.loc[BEST, "note"]


def test_claims_name_methods_of_the_paper():
    ids = {method.id for method in METHODS}
    for claim in CLAIM_TABLE.claims:
        assert {claim.second, claim.first or claim.second} <= ids


def test_balance_is_that_of_label_0_to_label_4():
    cases = rows(others=700)
    assert others_per_et_pixel(cases) == pytest.approx(700)
    assert others_per_et_pixel(cases.assign(et_fn=0)) == np.inf


def test_the_page_has_a_line_a_claim_and_run(tmp_path):
    cases = rows({"resunet-softmax": 0.0, "resunet-bootstrapping": 0.5})
    write_text(tmp_path / "claims.csv", to_csv(CLAIM_TABLE(cases)))
    shown = claims_table(tmp_path).splitlines()
    heads = "| claim |", "| --- |"
    lines = [line for line in shown if line.startswith("| ")]
    lines = [line for line in lines if not line.startswith(heads)]
    assert len(lines) == 13  # claims about several metrics have one line
    assert "| et_dice |  | +0.0000 | 728 | 30 | supported |" in lines[0]
    untested = [line for line in lines if "not tested" in line]
    assert lines[-len(untested) :] == untested, "in a table of their own, which is last"
    assert "was not run" in untested[0]
    write_text(tmp_path / "claims.csv", to_csv(CLAIM_TABLE(cases.iloc[:0])))
    assert claims_table(tmp_path).count("not run") == 13
