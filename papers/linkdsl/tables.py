"""Tables 1 to 3 as data, and every reading of their two scores."""

from pathlib import Path

from common.metrics import overlap
from common.reporting.aggregate import Mean, Pooled
from common.reporting.table import Column, Row, Table
from papers.linkdsl.protocol import METHODS

_PUBLISHED = Path(__file__).parent / "published"
_TITLES = {method.id: method.title for method in METHODS}

# inferred: no other pair of readings allows the published pairs of values. A pooled
# Dice would imply a mean IoU of .81 to .83; a per-image mean IoU is at most
# (mean Dice + 1) / 2, which the cascade's .9074 exceeds.
DICE = Column(
    "dice",
    "Dice",
    Mean("dice"),
    "mean over test images of hard Dice at 0.5; folds averaged",
)
MEAN_IOU = Column(
    "mean_iou",
    "Mean IoU",
    Pooled(overlap.mean_iou),
    "mean of background and tumor IoU from the fold's pooled counts at 0.5; "
    "folds averaged",
)


def _rows(*methods):
    return tuple(Row(key, _TITLES[key], key) for key in methods)


TABLES = (
    Table(
        "1",
        "Comparison of Dice score with different loss functions",
        _rows("bce", "linknet"),
        (DICE,),
        _PUBLISHED / "table1.csv",
        dataset="figshare",
    ),
    Table(
        "2",
        "Impact of the multi-scale approach",
        _rows("linknet", "dual", "triad", "multi"),
        (DICE, MEAN_IOU),
        _PUBLISHED / "table2.csv",
        dataset="figshare",
    ),
    Table(
        "3",
        "Performance of the cascaded Dual-Scale LinkNet",
        _rows("dual", "cdsl"),
        (DICE, MEAN_IOU),
        _PUBLISHED / "table3.csv",
        dataset="figshare",
    ),
    # Not in the paper: which definition of its scores fits the numbers?
    Table(
        "_readings",
        "Each definition that the paper's two scores may have",
        _rows("bce", "linknet", "dual", "triad", "multi", "cdsl"),
        (
            DICE,
            Column(
                "dice_soft",
                "Soft Dice",
                Mean("dice_soft"),
                "mean over test images of Dice of the probabilities",
            ),
            Column(
                "dice_pooled",
                "Pooled Dice",
                Pooled(overlap.dice),
                "Dice of the fold's pooled counts at 0.5",
            ),
            MEAN_IOU,
            Column(
                "mean_iou_image",
                "Mean IoU per image",
                Mean("mean_iou_image"),
                "mean over test images of the mean of background and tumor IoU",
            ),
            Column(
                "iou_tumor_pooled",
                "Pooled tumor IoU",
                Pooled(overlap.iou),
                "tumor IoU of the fold's pooled counts at 0.5",
            ),
        ),
        _PUBLISHED / "table_readings.csv",
        "published: the paper's one Dice and one mean IoU, beside each reading",
        dataset="figshare",
    ),
)
