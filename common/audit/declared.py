"""Rules on declared facts: what a cell counts, and over which voxels."""

import math

from common.audit.discrepancy import Discrepancy
from common.audit.interval import Interval, printed, span
from common.audit.scores import region_and_metric
from common.errors import UserError

_CORRECT = "correct the file; it declares facts about cells of the tables"


def check_conditions(published):
    """Yields cells that count something else than the others of their column.

    Args:
        published: a `Published`; see `read_printed` for its conditions.

    Raises:
        UserError: a condition names no cell of the tables, or has no number.
    """
    path = published.folder / "conditions.csv"
    keys = ["table", "column", "condition"]
    for (table, column, condition), group in published.conditions.groupby(
        keys, sort=False
    ):
        lines = list(group.itertuples())
        cells = [
            _cell(published.tables, table, line.row, column, path) for line in lines
        ]
        first = lines[0]
        for other, value in zip(lines, cells, strict=True):
            if other.state == first.state:
                continue
            expected = _number(other.like_for_like, path)
            exact = _middle(expected)
            yield Discrepancy(
                table,
                other.row,
                (column,),
                "like-for-like",
                "suspicious",
                value.text,
                exact,
                exact,
                f"{condition}: {other.state} here, {first.state} in row {first.row}; "
                f"like for like it is {other.like_for_like} ({other.evidence}; "
                f"{first.row}: {first.evidence})",
            )


def check_pools(published, all_scores):
    """Yields the pool of voxels that fits the printed specificities best.

    Dice and sensitivity S give the number of false positives per true voxel,
    2S/Dice - S - 1; together with the region's share of a pool, it gives the
    specificity. This treats means over cases as one case, so it is a note and not
    a proof.

    Args:
        published: a `Published`; see `read_printed` for its pools.
        all_scores: the `Scores` of its tables.

    Raises:
        UserError: a share is not a number between 0 and 1, or a column is not a
            specificity.
    """
    path = published.folder / "pools.csv"
    for column, group in published.pools.groupby("column", sort=False):
        named = region_and_metric(column)
        if not named or named[1] != "specificity":
            raise UserError(path, "a column of specificities", column, _CORRECT)
        odds = {line.pool: _odds(line.share, path) for line in group.itertuples()}
        rows = _rows_with_specificity(all_scores, named[0])
        if not rows:
            continue
        best = min(odds, key=lambda pool: _distance(rows, odds[pool]))
        for judged, rates in rows:
            rate = _middle(rates)
            listed = ", ".join(f"{pool} {1 - rate * o:.4f}" for pool, o in odds.items())
            yield judged.finding(
                ["specificity"],
                "specificity-pool",
                "note",
                Interval(1 - rates.high * odds[best], 1 - rates.low * odds[best]),
                f"of all rows, {best} fits best; Dice and sensitivity of this row "
                f"would give: {listed} (means taken for one case)",
            )


def _distance(rows, odds):
    """Returns how far the rows' specificities are from those of a pool."""
    total = 0.0
    for judged, rates in rows:
        printed_ = judged.values["specificity"]
        # A number that rounds to 1 is not exactly 1.
        rest = max(1 - _middle(printed_), (1 - printed_.low) / 2)
        total += math.log(rest / (_middle(rates) * odds)) ** 2
    return total


def _rows_with_specificity(all_scores, region):
    """Returns each row's scores and the range of its false positives per true voxel."""
    rows = {}
    for scores in all_scores:
        if scores.region == region:
            # One method's Dice and specificity may be in two tables.
            rows.setdefault(scores.row, []).append(scores)
    found = []
    for parts in rows.values():
        values = {}
        for part in parts:
            values |= part.values
        # Other rules report a Dice of 0, a Dice above what the sensitivity
        # allows, and a specificity that is not a share.
        if (
            {"dice", "recall", "specificity"} <= values.keys()
            and values["dice"].low > 0
            and values["specificity"].low < 1
        ):
            judged = next(part for part in parts if "specificity" in part.values)
            rates = span(_false_positives, values["dice"], values["recall"])
            if rates.low > 0:
                found.append((judged, rates))
    return found


def _odds(text, path):
    share = _number(text, path)
    if not 0 < share.low < share.high < 1:
        raise UserError(path, "a share between 0 and 1", text, _CORRECT)
    return _middle(share) / (1 - _middle(share))


def _middle(interval):
    return (interval.low + interval.high) / 2


def _false_positives(dice, recall):
    return 2 * recall / dice - recall - 1


def _cell(tables, table, row, column, place):
    value = tables.get(table, {}).get(row, {}).get(column)
    if value is None:
        raise UserError(
            place, "a cell of the tables", f"{table},{row},{column}", _CORRECT
        )
    return value


def _number(text, place):
    try:
        return printed(text)
    except ValueError as error:
        raise UserError(place, "a number", repr(text), _CORRECT) from error
