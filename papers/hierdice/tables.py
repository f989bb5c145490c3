"""Tables 1 to 6 as data, and every way in which their scores may be averaged."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.metrics import overlap
from common.reporting.aggregate import Mean, Pooled
from common.reporting.table import Column, Row, Table
from papers.hierdice.protocol import METHODS, PROFILES, TRAINED_ON, Protocol

_PUBLISHED = Path(__file__).parent / "published"
_TITLES = {method.id: method.title for method in METHODS}
# Pixels of a slice along one side of a network's deepest map.
_STRIDES = {
    method.id: 32 if method.builder in ("fcn8s_vgg16", "resnet50_skip") else 16
    for method in METHODS
}
_REGIONS = {"wt": "complete tumor", "tc": "tumor core", "et": "enhancing tumor"}
_SCORES = {
    "precision": ("Precision", overlap.precision),
    "recall": ("Recall", overlap.sensitivity),
    "iou": ("mIoU", overlap.iou),
    "dice": ("Dice", overlap.dice),
}
_WIDTH = "network.base_filters"
PAPER_WIDTH = Protocol().network.base_filters
PAPER_PIXELS = 240 * 240  # of a slice
_JOINED_LABELS_SINCE = 17  # the year of BraTS
_EMPTY = "truth and prediction empty: left out; one empty: 0"

# For each table: heading, row, method, and the range that the row's precision, recall
# and mIoU leave for the mean Dice of the core, where the paper repeats the precision in
# its place (results/audit.csv, rule repeated-column).
_TABLES = {
    "1": (
        "VGG16 and skip connection, bootstrapping",
        "vgg16_skip_bootstrap",
        "vgg16-bootstrapping",
        (0.6655, 0.7880),
    ),
    "2": (
        "U-Net, bootstrapping",
        "unet_bootstrap",
        "unet-bootstrapping",
        (0.7768, 0.8707),
    ),
    "3": (
        "ResNet50 and skip connection, bootstrapping",
        "resnet50_skip_bootstrap",
        "resnet50-bootstrapping",
        (0.6795, 0.8078),
    ),
    "4": (
        "Residual U-Net, bootstrapping",
        "res_unet_bootstrap",
        "resunet-bootstrapping",
        (0.8073, 0.8919),
    ),
    "5": (
        "Residual U-Net, softmax",
        "res_unet_softmax",
        "resunet-softmax",
        (0.3414, 0.4939),
    ),
    "6": (
        "Residual U-Net, hierarchical Dice",
        "res_unet_hier_dice",
        "resunet-hierarchical",
        None,
    ),
}


FEASIBLE = {name: values[-1] for name, values in _TABLES.items() if values[-1]}


@dataclass(frozen=True)
class MeanOfSlices:
    """The mean of a score over the slices of all cases.

    Args:
        key: column with the sum over a case's slices.
        count: column with the number of these slices.
        prefix: prefix of the columns `tp, fp, fn, tn` of the same region.

    Call arguments: as those of `common.reporting.aggregate.Mean`.
    """

    key: str
    count: str
    prefix: str = ""

    @property
    def columns(self):
        """The columns of the cases that are needed."""
        return [self.key, self.count]

    def __call__(self, cases, weights):
        sums, counts = cases[self.columns].to_numpy(np.float64).T
        with np.errstate(invalid="ignore"):  # 0 / 0 where no slice is defined
            return (weights @ sums) / (weights @ counts)

    def undefined(self, cases):
        """Marks the cases that have no slice to average."""
        return cases[self.count] == 0


def _columns(infix, convention):
    """Returns the twelve columns of one reading, `wt_<infix>dice` and the like."""
    return tuple(
        Column(
            f"{region}_{infix}{score}",
            f"{label} ({name})",
            Mean(f"{region}_{infix}{score}", prefix=f"{region}_"),
            convention,
        )
        for region, name in _REGIONS.items()
        for score, (label, _) in _SCORES.items()
    )


# chosen: the published rows are not of pooled counts, as Dice is not 2 J / (1 + J), and
# they spread too little for single slices. So the unit is all slices of a case, and a
# patient with several exams counts several times.
DEFAULT = _columns("", f"mean over cases, slices with tumor; {_EMPTY}")

READINGS = (
    *_columns("zero_", "mean over cases, slices with tumor; empty: 0"),
    *_columns("whole_", f"mean over cases, all slices; {_EMPTY}"),
    *(
        Column(
            f"{region}_pooled_{score}",
            f"{label} ({name})",
            Pooled(function, f"{region}_"),
            "of counts pooled over all cases' slices with tumor",
        )
        for region, name in _REGIONS.items()
        for score, (label, function) in _SCORES.items()
    ),
    *(
        Column(
            f"{region}_slices_{score}",
            f"{label} ({name})",
            MeanOfSlices(f"{region}_slices_{score}", f"{region}_slices", f"{region}_"),
            f"mean over all cases' slices with tumor; {_EMPTY}",
        )
        for region, name in _REGIONS.items()
        for score, (label, _) in _SCORES.items()
    ),
    *(
        Column(
            f"{region}_{score}_raw",
            f"{label} ({name})",
            Mean(f"{region}_{score}_raw", prefix=f"{region}_"),
            f"as the tables, of the weights that are not averaged; {_EMPTY}",
        )
        for region, name in _REGIONS.items()
        for score, (label, _) in _SCORES.items()
    ),
)


def deepest_side(cases):
    """Returns the sides in pixels of the deepest maps of the networks of some rows.

    Args:
        cases: rows of one run and method.

    Returns:
        A set of integers, empty where the rows do not say how large their slices are.
    """
    counts = [f"wt_{name}" for name in ("tp", "fp", "fn", "tn")]
    if not {*counts, "wt_slices", "method"} <= {*cases}:
        return set()
    shown = cases[cases["wt_slices"] > 0].drop_duplicates("method")
    pixels = shown[counts].sum(axis=1) / shown["wt_slices"]
    strides = shown["method"].map(_STRIDES)
    # Slices are square, and padded to a multiple of 16.
    padded = np.ceil(np.sqrt(pixels) / 16) * 16
    return set(np.ceil(padded / strides).dropna().astype(int))


def remark(cases):
    """Returns what differs from the paper in the rows of one run, for their note."""
    profile, *changes = cases["profile"].iloc[0].split(", ")
    own = dict(change.partition("=")[::2] for change in changes)
    width = int(own.get(_WIDTH, PROFILES.get(profile, {}).get(_WIDTH, PAPER_WIDTH)))
    remarks = []
    if width != PAPER_WIDTH:
        remarks.append(f"base width {width} (the networks' own: {PAPER_WIDTH})")
    counts = [f"wt_{name}" for name in ("tp", "fp", "fn", "tn")]
    if {*counts, "wt_slices"} <= {*cases}:
        one = cases[cases["wt_slices"] > 0].iloc[:1]
        for pixels in (one[counts].sum(axis=1) / one["wt_slices"]).round():
            if pixels != PAPER_PIXELS:
                remarks.append(f"slices of {pixels:,.0f} pixels (240x240: 57,600)")
    if 1 in deepest_side(cases):
        remarks.append("the deepest map is 1x1")
    release = re.match(r"brats(\d\d)", cases["data"].iloc[0])
    if release and int(release[1]) >= _JOINED_LABELS_SINCE:
        remarks.append(
            "label 1 is necrosis and non-enhancing tumor, label 3 has no pixel"
        )
    if cases["split"].iloc[0] == TRAINED_ON and cases["fold"].nunique() > 1:
        remarks.append("a case counts once in each fold that was trained on it")
    return "; ".join(remarks)


def _table(name, title, row, method, feasible):
    note = "published: of the cases trained on"
    if feasible:
        low, high = feasible
        note += (
            "; the published core Dice repeats the precision and is not compared: the "
            f"row's other scores leave {low:.4f} to {high:.4f}"
        )
    return Table(
        name,
        title,
        (Row(row, _TITLES[method], method),),
        DEFAULT,
        _PUBLISHED / f"table{name}.csv",
        note,
        dataset="brats15",
        remark=remark,
        split=TRAINED_ON,
    )


TABLES = (
    *(_table(name, *rest) for name, rest in _TABLES.items()),
    # Not in the paper: further readings of the same scores.
    Table(
        "_readings",
        "The scores of Tables 1 to 6 as averaged otherwise",
        tuple(Row(row, _TITLES[m], m) for _, row, m, _ in _TABLES.values()),
        READINGS,
        _PUBLISHED / "table_readings.csv",
        "the paper does not say how its scores are averaged",
        dataset="brats15",
        remark=remark,
        split=TRAINED_ON,
    ),
    Table(
        "_losses",
        "The three losses that the paper describes and has no table of",
        tuple(Row(m.id, m.title, m.id) for m in METHODS if not m.by_default),
        DEFAULT,
        _PUBLISHED / "table_losses.csv",
        "not in the paper",
        dataset="brats15",
        remark=remark,
        split=TRAINED_ON,
    ),
)
