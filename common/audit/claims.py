"""The text against the tables: differences, ratios and averages that it states."""

import math
import re

from common.audit.discrepancy import Discrepancy
from common.audit.interval import Interval, mean, printed, span
from common.errors import UserError

# "About 1.5 percent" is within a tenth of it, or within its rounding if that is more.
_ABOUT = 0.1
_QUANTITIES = ("mean", "difference", "ratio", "each", "most")
_RELATIONS = ("equals", "about", "above", "below")


def check_claims(published):
    """Yields the claims of the text that the paper's own tables contradict.

    A claim is contradicted if no numbers that round to the printed ones satisfy it.

    Args:
        published: a `Published`; see `read_printed` for its claims.

    Raises:
        UserError: a claim names a cell, quantity or relation that does not exist,
            or its value is not a number.
    """
    for claim in published.claims.itertuples():
        place = f"{published.folder / 'text_claims.csv'}, {claim.claim}"
        stated = _stated(claim, place)
        first = _cells(published.tables, claim.first, claim.columns, place)
        second = _cells(published.tables, claim.second, claim.columns, place)
        if not first:
            received = f"{claim.first!r} of {claim.columns!r}"
            raise _wrong(place, "a first row and its columns", received)
        if bool(second) == (claim.quantity == "mean"):
            expected = "a second row, or the quantity mean without one"
            raise _wrong(place, expected, f"{claim.quantity} with {claim.second!r}")
        if claim.quantity in ("each", "most"):
            found = _contradiction_by_cell(claim, stated, first, second)
        else:
            found = _contradiction(claim, stated, first, second)
        if found is None:
            continue
        computed, columns, explanation = found
        sentence = f'"{claim.sentence}" ({claim.where})'
        yield Discrepancy(
            "text",
            claim.claim,
            columns,
            "text-against-table",
            "suspicious",
            f"{claim.relation} {claim.value}",
            computed.low,
            computed.high,
            "; ".join(filter(None, [sentence, claim.note, explanation])),
        )


def _contradiction(claim, stated, first, second):
    computed = mean(value for _, _, value in first)
    if claim.quantity != "mean":
        other = mean(value for _, _, value in second)
        if claim.quantity == "difference":
            computed = span(lambda a, b: a - b, computed, other)
        elif other.low > 0:
            computed = span(lambda a, b: a / b, computed, other)
        else:
            return None  # a ratio to something that may be zero may be anything
    if not computed.is_apart(stated):
        return None
    columns = tuple(dict.fromkeys(column for _, column, _ in first))
    unit = "%" if claim.value.endswith("%") else ""
    shown = [100 * end if unit else end for end in (computed.low, computed.high)]
    return (
        computed,
        columns,
        f"the table gives a {claim.quantity} of {shown[0]:.5g} to {shown[1]:.5g} "
        f"{unit}".rstrip(),
    )


def _contradiction_by_cell(claim, stated, first, second):
    pairs = [(a, b) for a in first for b in second if a[1] == b[1]]
    failed = []
    for (_, column, value), (row, _, other) in pairs:
        difference = span(lambda a, b: a - b, value, other)
        if difference.is_apart(stated):
            text = f"{column} {value.text} against {other.text} of {row}"
            failed.append((column, difference, text))
    allowed = 0 if claim.quantity == "each" else (len(pairs) - 1) // 2
    if len(failed) <= allowed:
        return None
    columns = tuple(dict.fromkeys(column for column, _, _ in failed))
    differences = [difference for _, difference, _ in failed]
    computed = Interval(
        min(difference.low for difference in differences),
        max(difference.high for difference in differences),
    )
    return (
        computed,
        columns,
        f"not so in {len(failed)} of {len(pairs)} comparisons: "
        + ", ".join(text for _, _, text in failed),
    )


def _stated(claim, place):
    if claim.quantity not in _QUANTITIES:
        raise _wrong(place, f"a quantity of {', '.join(_QUANTITIES)}", claim.quantity)
    try:
        value = printed(claim.value)
    except ValueError as error:
        raise _wrong(place, "a number as value", repr(claim.value)) from error
    middle = (value.low + value.high) / 2
    if claim.relation == "equals":
        return value
    if claim.relation == "about":
        width = max(value.high - middle, _ABOUT * abs(middle))
        return Interval(middle - width, middle + width)
    if claim.relation == "above":
        return Interval(middle, math.inf)
    if claim.relation == "below":
        return Interval(-math.inf, middle)
    raise _wrong(place, f"a relation of {', '.join(_RELATIONS)}", claim.relation)


def _cells(tables, rows, columns, place):
    """Every cell of some rows and columns: row, column, value."""
    cells = []
    for row in filter(None, re.split(r"\s*\+\s*", rows)):
        table, _, key = row.partition("/")
        for column in re.split(r"\s*\+\s*", columns):
            value = tables.get(table, {}).get(key, {}).get(column)
            if value is None:
                raise _wrong(place, "cells of the tables", f"{row}, {column}")
            cells.append((row, column, value))
    return cells


def _wrong(place, expected, received):
    return UserError(
        place, expected, received, "correct the file; it names cells of the tables"
    )
