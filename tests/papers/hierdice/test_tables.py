"""The tables and their readings, of rows that the paper's own scores make."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from common.reporting.cells import build_cells
from common.reporting.tables import read_published
from papers.hierdice.losses import LOSSES
from papers.hierdice.protocol import METHODS
from papers.hierdice.scores import score_slices
from papers.hierdice.tables import FEASIBLE, TABLES, deepest_side, remark

RUN = {
    "paper": "hierdice",
    "data": "brats17-cubes32",
    "coverage": "6/6",
    "fingerprint": "0",
    "profile": "cpu",
    "budget": "4 epochs",
    "split": "patient",
    "fold": 0,
    "seed": 0,
    "status": "ok",
    "command": "make reproduce-hierdice",
    "commit": "0",
}

EMPTY = read_published(TABLES[0].published_csv).iloc[:0]


@pytest.fixture(scope="module")
def volumes():
    random = np.random.default_rng(0)
    truths = random.choice(5, (6, 4, 8, 8), p=[0.6, 0.1, 0.1, 0.1, 0.1])
    truths[:, 0] = 0  # a slice without tumor
    truths[5, truths[5] == 4] = 0  # a case without enhancing tumor
    found = np.where(random.random(truths.shape) < 0.3, 0, truths)
    return found, truths


@pytest.fixture(scope="module")
def cases(volumes):
    rows = []
    for method in METHODS:
        for number, (found, truth) in enumerate(zip(*volumes, strict=True)):
            scores = score_slices(found, truth)
            raw = {f"{n}_raw": v for n, v in scores.items() if n.count("_") == 1}
            who = {"method": method.id, "case": f"case{number}"}
            rows.append(RUN | who | scores | raw)
    return pd.DataFrame(rows)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_cell_of_a_run_has_a_value(table, cases):
    cells = build_cells(table, cases, read_published(table.published_csv))
    of_run = cells[cells["data"] != ""]
    assert len(of_run) == len(table.rows) * len(table.columns)
    assert of_run["reproduced"].between(0, 1).all()


@pytest.mark.parametrize(
    "run, words",
    [
        (
            {},
            "base width 16 (the networks' own: 64); slices of 64 pixels (240x240: "
            "57,600); the deepest map is 1x1; label 1 is necrosis and non-enhancing "
            "tumor, label 3 has no pixel",
        ),
        (
            {"data": "phantom", "profile": "demo, network.base_filters=4, slices=all"},
            "base width 4 (the networks' own: 64); slices of 64 pixels (240x240: "
            "57,600); the deepest map is 1x1",
        ),
        (
            {"data": "brats15", "profile": "paper", "wt_tn": 57_600 * 3, "wt_fn": 0}
            | {"wt_tp": 0, "wt_fp": 0, "split": "training cases"},
            "",
        ),
    ],
)
def test_rows_say_what_is_unlike_the_paper(cases, run, words):
    assert remark(cases.assign(**run)) == words
    note = build_cells(TABLES[0], cases.assign(**run), EMPTY)["note"].iloc[-1]
    assert words in note


def test_rows_say_that_folds_share_the_cases_trained_on(cases):
    trained = cases.assign(split="training cases")
    folds = pd.concat([trained, trained.assign(fold=1)])
    assert "a case counts once in each fold" in remark(folds)
    assert "a case counts once" not in remark(trained)


@pytest.mark.parametrize(
    "method, side, deepest",
    [
        ("vgg16-bootstrapping", 32, 1),
        ("resnet50-bootstrapping", 17, 1),
        ("unet-bootstrapping", 32, 2),
        ("unet-bootstrapping", 16, 1),
        ("vgg16-bootstrapping", 240, 8),
    ],
)
def test_rows_say_where_the_deepest_map_is_one_pixel(cases, method, side, deepest):
    counts = {"wt_tp": 2 * side**2, "wt_fp": 0, "wt_fn": 0, "wt_tn": 0, "wt_slices": 2}
    one = cases.assign(**counts, method=method)
    assert deepest_side(one) == {deepest}
    assert ("the deepest map is 1x1" in remark(one)) == (deepest == 1)


def test_every_method_has_its_rows():
    """Those of the paper's tables are run by default, the three others are not."""
    of_paper = {row.method for table in TABLES[:6] for row in table.rows}
    others = {row.method for row in TABLES[7].rows}
    assert of_paper == {m.id for m in METHODS if m.by_default}
    assert others == {m.id for m in METHODS} - of_paper
    assert {m.loss for m in METHODS} == set(LOSSES)


def test_mean_of_slices_is_that_of_single_slices(volumes, cases):
    """Independent of `score_slices`: each slice's Dice from its sets of pixels."""
    dice = []
    for found, truth in zip(*volumes, strict=True):
        for one, other in zip(found == 4, truth == 4, strict=True):
            both = np.count_nonzero(one) + np.count_nonzero(other)
            if both:
                dice.append(2 * np.count_nonzero(one & other) / both)
    column = next(c for c in TABLES[6].columns if c.key == "et_slices_dice")
    one_method = cases[cases["method"] == "resunet-softmax"]
    found = column.aggregate(one_method, np.ones((1, len(one_method))))
    assert found == pytest.approx(np.mean(dice), abs=1e-12)


@pytest.mark.parametrize("table", TABLES[:6], ids=lambda table: table.name)
def test_the_suspicious_cells_are_flagged(table):
    """The core's Dice that repeats its precision: Tables 1 to 5, and not 6."""
    published = read_published(table.published_csv).set_index("column")
    repeated = published.value["tc_dice"] == published.value["tc_precision"]
    assert bool(published.flag["tc_dice"]) == repeated == (table.name in FEASIBLE)
    if repeated:
        low, high = FEASIBLE[table.name]
        assert f"leave {low:.4f} to {high:.4f}" in published.flag["tc_dice"]


@pytest.mark.parametrize(("name", "bounds"), FEASIBLE.items())
def test_the_feasible_interval_is_that_of_a_linear_program(name, bounds):
    """The minimum and maximum mean Dice of patients that reach the row's means.

    A patient's Dice is the harmonic mean of its precision and recall, which is
    concave: the maximum is that of the means. The minimum tends to the Jaccard index
    as the grid of patients gets finer.
    """
    table = next(table for table in TABLES if table.name == name)
    published = read_published(table.published_csv).set_index("column").value
    means = [published[f"tc_{score}"] for score in ("precision", "recall", "iou")]
    steps = np.linspace(0.02, 1, 50)
    precision, recall = (axis.ravel() for axis in np.meshgrid(steps, steps))
    # And a missed patient, which has 0 everywhere.
    precision, recall = np.append(precision, 0), np.append(recall, 0)
    dice = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    patients = np.stack([precision, recall, dice / (2 - dice)])
    rounding = 5e-5  # of the printed means
    low, high = (
        sign
        * linprog(
            sign * dice,
            A_ub=np.concatenate([patients, -patients]),
            b_ub=np.concatenate([means, np.negative(means)]) + rounding,
            A_eq=np.ones((1, len(dice))),
            b_eq=[1],
        ).fun
        for sign in (1, -1)
    )
    assert bounds[0] <= low <= bounds[0] + 0.015
    assert bounds[1] == pytest.approx(high, abs=5e-4)
