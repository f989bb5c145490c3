"""Rules between the scores of one row: which means are possible side by side.

Every rule holds for means over any number of cases, as long as all columns are
means over the same cases. It also holds for counts pooled over the cases, which act
as one case. The bounds follow from Jensen's inequality: Dice is a concave function
of IoU, and of precision and recall.
"""

from common.audit.interval import Interval, span

# If the gap between Dice and IoU is below this share of the gap that equal cases
# would have, nearly all cases must be at 0 or 1.
_ALL_OR_NOTHING = 0.25


def check_scores(scores):
    """Yields a `Discrepancy` for each rule that the scores of one row violate.

    Args:
        scores: a `Scores`.
    """
    outside = list(_fraction(scores))
    yield from outside
    if not outside:
        for rule in _RULES:
            yield from rule(scores)


def dice_range(values):
    """Returns the range of the mean Dice that the row's other means allow.

    Args:
        values: the printed `Interval`s of one row and region by metric:
            `precision`, `recall` and `iou`, or some of them.

    Returns:
        An `Interval`: [0, 1] if none of them is given; None if they contradict
        each other.
    """
    low, high = 0.0, 1.0
    given = values.keys() & {"precision", "recall"}
    if given:
        # A metric that is not printed may have any value.
        precision, recall = (
            values.get(name, Interval(0.0, 1.0)) for name in ("precision", "recall")
        )
        low = span(_min_overlap, precision, recall).low
        high = span(_harmonic_mean, precision, recall).high
    if "iou" in values:
        low = max(low, values["iou"].low)
        high = min(high, span(_dice_of_iou, values["iou"]).high)
    return Interval(low, high) if low <= high else None


def _fraction(scores):
    for metric, value in scores.values.items():
        allowed = Interval(0.0, 1.0)
        if value.is_apart(allowed):
            yield scores.finding(
                [metric], "fraction", "impossible", allowed, "a share of voxels"
            )


def _dice_precision_recall(scores):
    names = [name for name in ("precision", "recall") if name in scores.values]
    if "dice" not in scores.values or not names:
        return
    allowed = dice_range({name: scores.values[name] for name in names})
    if scores.values["dice"].is_apart(allowed):
        yield scores.finding(
            ["dice", *names],
            "dice-precision-recall",
            "impossible",
            allowed,
            "P + R - 1 <= mean Dice <= 2PR / (P + R) for means over the same cases"
            + ("" if len(names) == 2 else f", here with the {names[0]} alone"),
        )


def _dice_iou(scores):
    if not {"dice", "iou"} <= scores.values.keys():
        return
    allowed = dice_range({"iou": scores.values["iou"]})
    if scores.values["dice"].is_apart(allowed):
        yield scores.finding(
            ["dice", "iou"],
            "dice-iou",
            "impossible",
            allowed,
            "IoU <= mean Dice <= 2 IoU / (1 + IoU) for means over the same cases",
        )


def _iou_precision_recall(scores):
    if not {"iou", "precision", "recall"} <= scores.values.keys():
        return
    precision, recall = scores.values["precision"], scores.values["recall"]
    allowed = Interval(
        span(_min_overlap, precision, recall).low, span(min, precision, recall).high
    )
    if scores.values["iou"].is_apart(allowed):
        yield scores.finding(
            ["iou", "precision", "recall"],
            "iou-precision-recall",
            "impossible",
            allowed,
            "P + R - 1 <= mean IoU <= min(P, R) for means over the same cases",
        )


def _mean_iou(scores):
    if not {"dice", "mean_iou"} <= scores.values.keys():
        return
    allowed = Interval(0.0, (1 + scores.values["dice"].high) / 2)
    if scores.values["mean_iou"].is_apart(allowed):
        yield scores.finding(
            ["mean_iou", "dice"],
            "mean-iou",
            "impossible",
            allowed,
            "an image's IoU is at most its Dice, and the background's at most 1, so "
            "mean IoU <= (mean Dice + 1) / 2 where both are means over the same "
            "images; only a mean IoU of pooled counts beside a Dice averaged over "
            "images can pass it",
        )


def _pooled(scores):
    values = scores.values
    if "dice" not in values:
        return
    if "iou" in values:
        metrics, formula = ["dice", "iou"], "2 IoU / (1 + IoU)"
        expected = span(_dice_of_iou, values["iou"])
    elif {"precision", "recall"} <= values.keys():
        metrics, formula = ["dice", "precision", "recall"], "2PR / (P + R)"
        expected = span(_harmonic_mean, values["precision"], values["recall"])
    else:
        return
    if values["dice"].is_apart(expected):
        yield scores.finding(
            metrics,
            "pooled",
            "note",
            expected,
            f"counts pooled over all cases would give {formula}; these are not",
        )


def _all_or_nothing(scores):
    values = scores.values
    name = "iou" if "iou" in values else "mean_iou"
    if "dice" not in values or name not in values:
        return
    dice, min_iou = values["dice"], values[name].low
    if name == "mean_iou":
        # The background's IoU is at most 1.
        min_iou = 2 * min_iou - 1
    gap = dice.high - min_iou
    # Dice - IoU if all cases are equal, at the end where it is smaller.
    alike = min(d * (1 - d) / (2 - d) for d in (dice.low, dice.high))
    if not 0 <= gap < _ALL_OR_NOTHING * alike:
        return
    max_iou = dice.high - _ALL_OR_NOTHING * alike
    if name == "mean_iou":
        max_iou = (1 + max_iou) / 2
    yield scores.finding(
        [name, "dice"],
        "all-or-nothing",
        "suspicious",
        Interval(0.0, max_iou),
        f"as means over cases, Dice less the region's IoU is at most {gap:.4f}, where "
        f"equal cases would leave {alike:.4f}: nearly every case would be at 0 or 1",
    )


_RULES = (
    _dice_precision_recall,
    _dice_iou,
    _iou_precision_recall,
    _mean_iou,
    _pooled,
    _all_or_nothing,
)


def _dice_of_iou(iou):
    return 2 * iou / (1 + iou)


def _harmonic_mean(precision, recall):
    total = precision + recall
    return 2 * precision * recall / total if total > 0 else 0.0


def _min_overlap(precision, recall):
    return max(0.0, precision + recall - 1)
