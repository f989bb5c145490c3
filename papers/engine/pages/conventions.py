"""What the same masks score under each convention: the tables of the metrics' page."""

import numpy as np

from common.metrics import (
    EMPTY_RULES,
    REGIONS,
    RULES,
    CasePair,
    boundary_scores,
    score_case,
    score_pair,
)
from common.metrics.lesions import LESION_RULES, lesion_scores
from papers.engine.pages.text import markdown

_EDEMA = 2  # a label of the whole tumor alone


def metrics_blocks():
    """Returns the generated parts of `common/metrics/README.md` by name."""
    return {
        "distances": distances_table(),
        "empty": empty_table(),
        "lesions": lesions_table(),
    }


def distances_table():
    """Returns the distances of one pair of masks under each rule."""
    truth, prediction = masks()
    rows = []
    for rule, words in RULES.items():
        pair = CasePair(prediction, truth, (1, 1, 1))
        row = score_pair(pair, f"{rule}/brats") | boundary_scores(pair, f"{rule}/brats")
        names = ("hd", "hd95", "asd", "nsd_1mm")
        values = [f"{row[f'wt_{name}']:.2f}" for name in names]
        rows.append((f"`{rule}`", words, *values))
    head = ("distance", "definition", "Hausdorff, mm", "HD95, mm", "ASSD, mm")
    return markdown((*head, "NSD within 1 mm"), rows)


def empty_table():
    """Returns the scores of empty regions under each rule."""
    truth, _ = masks()
    nothing = np.zeros_like(truth)
    pairs = ((nothing, nothing), (truth, nothing), (nothing, truth))
    names = ("dice", "sensitivity", "precision", "hd95")
    rows = []
    for rule in EMPTY_RULES:
        found = [_scores(*pair, f"border-max/{rule}") for pair in pairs]
        cells = [
            " / ".join(_value(row[f"wt_{name}"]) for row in found) for name in names
        ]
        rows.append((f"`{rule}`", *cells))
    head = ("empty", "Dice", "sensitivity", "precision", "HD95, mm")
    return markdown(head, rows)


def lesions_table():
    """Returns the lesion-wise scores of one pair of masks under each rule."""
    truth, prediction = lesion_masks()
    pair = CasePair(prediction, truth, (1, 1, 1), {"wt": REGIONS["wt"]})
    rows = []
    for rule in LESION_RULES:
        row, _ = lesion_scores(pair, rule)
        scores = [f"{row[f'wt_lesion_{name}']:.2f}" for name in ("dice", "nsd", "hd95")]
        names = ("found", "missed", "false", "small")
        numbers = [row[f"wt_lesions_{name}"] for name in names]
        rows.append((f"`{rule}`", *scores, *numbers, f"{row['wt_lesion_f1']:.2f}"))
    head = ("rule", "Dice", "NSD within 1 mm", "HD95, mm", "found", "missed", "false")
    return markdown((*head, "too small", "F1"), rows)


def lesion_masks():
    """Returns truth and prediction of the example, `(40, 64, 64)` voxels of 1 mm.

    The truth has two boxes with five voxels between them, a third box far away, and one
    of 3 x 3 x 3. The first two are found, one voxel to the side; a component is false.
    """
    truth = np.zeros((40, 64, 64), np.uint8)
    truth[6:16, 6:16, 6:16] = _EDEMA
    truth[6:16, 6:16, 21:29] = _EDEMA
    prediction = np.roll(truth, 1, axis=1)
    prediction[30:34, 44:48, 44:48] = _EDEMA
    truth[26:34, 8:16, 8:16] = _EDEMA
    truth[6:9, 50:53, 50:53] = _EDEMA
    return truth, prediction


def masks():
    """Returns truth and prediction of the example, `(40, 64, 64)` voxels of 1 mm.

    The truth is a box; the prediction is one voxel to the side, and has a small second
    component far away.
    """
    truth = np.zeros((40, 64, 64), np.uint8)
    truth[10:22, 10:26, 10:26] = _EDEMA
    prediction = np.roll(truth, 1, axis=2)
    prediction[28:32, 40:46, 40:46] = _EDEMA
    return truth, prediction


def _scores(prediction, truth, convention):
    return score_case(prediction, truth, (1, 1, 1), convention=convention)


def _value(number):
    return "left out" if np.isnan(number) else f"{number:.5g}"
