"""Rules across cells: numbers that should differ but repeat, and the reverse."""

import itertools
from decimal import ROUND_HALF_EVEN, Decimal

from common.audit.discrepancy import Discrepancy
from common.audit.interval import mean
from common.audit.rules import dice_range
from common.audit.scores import region_and_metric

# Other metrics, such as specificity, are too close to 1 to tell rows apart.
_DISTINCTIVE = ("dice", "iou", "mean_iou", "precision", "recall")


def repeated_columns(all_scores):
    """Yields cells that equal another metric of the same region to all digits.

    Two metrics may agree by chance once, but hardly in several rows.

    Args:
        all_scores: the `Scores` of all tables.
    """
    compared = {}
    for scores in all_scores:
        present = [name for name in _DISTINCTIVE if name in scores.values]
        for pair in itertools.combinations(present, 2):
            compared.setdefault((scores.region, pair), []).append(scores)
    for (_, pair), group in compared.items():
        equal = [s for s in group if _same_digits(*(s.values[name] for name in pair))]
        severity = "suspicious" if len(equal) > 1 else "note"
        for scores in equal:
            first, second = (scores.columns[name] for name in pair)
            expected, judged = scores.values[pair[1]], ""
            if pair[0] == "dice" and (possible := dice_range(scores.values)):
                expected = possible
                judged = (
                    ", while the row's other scores leave the range from low to high"
                )
            yield scores.finding(
                pair,
                "repeated-column",
                severity,
                expected,
                f"{first} equals {second} to all digits in {len(equal)} of "
                f"{len(group)} rows{judged}; in a single case the two agree only if "
                "precision equals recall or both are 0",
            )


def repeated_rows(tables):
    """Yields rows that equal another row of the table in every distinctive column.

    Args:
        tables: `{table: {row: {column: Interval}}}`.
    """
    for table, rows in tables.items():
        for (first, cells), (second, others) in itertools.combinations(rows.items(), 2):
            shared = [
                name for name in cells if name in others and _is_distinctive(name)
            ]
            if len(shared) > 1 and all(
                _same_digits(cells[name], others[name]) for name in shared
            ):
                judged = others[shared[0]]
                yield Discrepancy(
                    table,
                    second,
                    tuple(shared),
                    "repeated-row",
                    "suspicious",
                    judged.text,
                    judged.low,
                    judged.high,
                    f"every score equals that of row {first}",
                )


def changed_cells(tables):
    """Yields cells that an earlier table prints with a different value.

    Args:
        tables: `{table: {row: {column: Interval}}}`.
    """
    seen = {}
    for table, rows in tables.items():
        for row, cells in rows.items():
            for column, value in cells.items():
                earlier, expected = seen.setdefault((row, column), (table, value))
                if value.is_apart(expected):
                    yield Discrepancy(
                        table,
                        row,
                        (column,),
                        "changed-cell",
                        "suspicious",
                        value.text,
                        expected.low,
                        expected.high,
                        f"table {earlier} prints {expected.text} for the same",
                    )


def region_means(tables):
    """Yields means over regions, such as `mean_dice`, that are not those means.

    Args:
        tables: `{table: {row: {column: Interval}}}`.
    """
    for table, rows in tables.items():
        for row, cells in rows.items():
            regions = {}
            for column, value in cells.items():
                if (named := region_and_metric(column)) and named[0]:
                    regions.setdefault(named[1], {})[named[0]] = value
            for metric, values in regions.items():
                judged = values.pop("mean", None)
                if judged is None or len(values) < 2:
                    continue
                expected = mean(values.values())
                if judged.is_apart(expected):
                    yield Discrepancy(
                        table,
                        row,
                        (f"mean_{metric}", *(f"{r}_{metric}" for r in values)),
                        "region-mean",
                        "suspicious",
                        judged.text,
                        expected.low,
                        expected.high,
                        f"the mean over {', '.join(values)} is another",
                    )


def _is_distinctive(column):
    named = region_and_metric(column)
    return bool(named) and named[1] != "specificity"


def _same_digits(first, second):
    """Whether two printed numbers agree in all digits that both have."""
    if any(not i.text or i.text.startswith("<") for i in (first, second)):
        return False
    values = [Decimal(i.text) for i in (first, second)]
    coarser = max(values, key=lambda value: value.as_tuple().exponent)
    rounded = [value.quantize(coarser, rounding=ROUND_HALF_EVEN) for value in values]
    return rounded[0] == rounded[1] and rounded[0] not in (0, 1)
