"""One row per cell of a paper's table: published, reproduced, and how certain."""

import re

import numpy as np

from common.errors import UserError
from common.reporting.bootstrap import MIN_CASES, estimate
from common.reporting.cases import RESTORE
from common.reporting.empty_truth import (
    empty_truth_notes,
    lacks_region,
    prefixes_of,
)
from common.reporting.order import groups_of

# Only rows that agree in all of these columns may be compared.
GROUP = ["data", "coverage", "fingerprint", "profile", "budget", "split"]
COLUMNS = ["table", "row", "column", "published", "reproduced", "gap"]
COLUMNS += ["ci_low", "ci_high", "sd_seeds", "n_cases", "n_empty_truth", "n_missed"]
COLUMNS += ["n_undefined", "n_failed", *GROUP, "folds", "seeds", "convention"]
COLUMNS += ["command", "commit", "note"]
_COUNTED = ["fold", "seed", "case", "status"]


def build_cells(table, cases, published):
    """Joins what the paper prints with what was reproduced.

    Args:
        table: a `common.reporting.table.Table`.
        cases: the rows of single cases, as `read_cases` returns them.
        published: the table's published numbers, as `read_published` returns them.

    Returns:
        A tidy `DataFrame`. First come the rows that were not run on real data, or
        only on other data than their published numbers are of; they hold the
        published numbers only. Then, for each group (`GROUP`), every row that was
        run follows, real data before phantoms. A cell with failed cases has no
        value. Phantoms are never set beside published numbers.

    Raises:
        UserError: the cases lack a column that the table needs, or a
            published number names an unknown row or column.
    """
    import pandas as pd

    published = _by_key(table, published)
    cases = cases[cases["method"].isin([row.method for row in table.rows])]
    cells = [
        _cell(table, row, column, published, {"note": why})
        for row in table.rows
        if (why := _why_not_run(table, row, published, cases))
        for column in table.columns
    ]
    groups = groups_of(cases, GROUP)
    for group, of_group in sorted(groups, key=lambda group: is_phantom(group[0][0])):
        for row in table.rows:
            of_row = of_group[of_group["method"] == row.method]
            if of_row.empty:
                continue
            run = {
                **dict(zip(GROUP, group, strict=True)),
                "command": "; ".join(of_row["command"].unique()),
                "commit": " ".join(of_row["commit"].unique()),
                "note": _remarks(table, of_row),
            }
            measured = [measure(column, of_row) for column in table.columns]
            values = [one["reproduced"] for one in measured]
            empty = empty_truth_notes(table.columns, of_row, values)
            for column, one in zip(table.columns, measured, strict=True):
                notes = filter(None, [run["note"], empty.get(column.key)])
                values = run | one | {"note": "; ".join(notes)}
                cells.append(_cell(table, row, column, published, values))
    return pd.DataFrame(cells, columns=COLUMNS)


def measure(column, cases):
    """Computes one column for the cases of one method and group.

    Args:
        column: a `common.reporting.table.Column`.
        cases: the rows of single cases, all folds and seeds.

    Returns:
        A dictionary: `reproduced, ci_low, ci_high, sd_seeds` (NaN if a case
        failed) and the counts of cases. A case that several seeds have run is
        counted once.

    Raises:
        UserError: the cases lack a column that is needed.
    """
    aggregate = column.aggregate
    missing = [name for name in aggregate.columns if name not in cases]
    if missing:
        raise UserError(
            "cases.csv",
            f"the columns {', '.join(aggregate.columns)} for {column.key!r}",
            f"no column {', '.join(missing)}",
            RESTORE,
        )
    counts = [f"{p}{name}" for p in prefixes_of(aggregate) for name in ("tp", "fn")]
    has_counts = all(name in cases for name in counts)
    # Rows are picked many times below, and a case may have a hundred columns.
    used = [*_COUNTED, *aggregate.columns, *(counts if has_counts else ())]
    cases = cases[list(dict.fromkeys(used))]
    failed = (cases["status"] != "ok").to_numpy()
    undefined = aggregate.undefined(cases).to_numpy()
    ids = _numbers(cases["fold"], cases["case"])
    measured = {
        "reproduced": np.nan,
        "n_cases": len(np.unique(ids)),
        "n_undefined": len(np.unique(ids[~failed & undefined])),
        "n_failed": len(np.unique(ids[failed])),
        "folds": _names(cases["fold"]),
        "seeds": _names(cases["seed"]),
    }
    if has_counts:
        empty = lacks_region(aggregate, cases)
        measured["n_empty_truth"] = len(np.unique(ids[~failed & empty]))
        # Of several regions, one may be missed and another found.
        if len(counts) == 2:
            missed = ~empty & (cases[counts[0]] == 0).to_numpy()
            measured["n_missed"] = len(np.unique(ids[~failed & missed]))
    if not failed.any():
        score = estimate(aggregate, cases)
        measured["reproduced"] = score.value
        measured["ci_low"], measured["ci_high"] = score.ci_low, score.ci_high
        measured["sd_seeds"] = score.sd_seeds
    return measured


def _numbers(folds, names):
    """Returns a number of each case, the same for the same name in the same fold."""
    (fold, _), (name, different) = folds.factorize(), names.factorize()
    return fold * len(different) + name


def is_phantom(data):
    """Whether a data set is synthetic, according to its name."""
    return data.startswith("phantom")


def _by_key(table, published):
    rows = {row.key for row in table.rows}
    columns = {column.printed or column.key for column in table.columns}
    for line in published.itertuples():
        if line.row not in rows or line.column not in columns:
            raise UserError(
                table.published_csv,
                f"rows of {sorted(rows)} and columns of {sorted(columns)}",
                f"{line.row},{line.column}",
                "correct the key in the file or in the paper's tables",
            )
    return {(line.row, line.column): line for line in published.itertuples()}


def _cell(table, row, column, published, values):
    cell = dict.fromkeys([*GROUP, "command", "commit"], "") | values
    cell |= {"table": table.name, "row": row.key, "column": column.key}
    cell["convention"] = column.convention
    printed = published.get((row.key, column.printed or column.key))
    others = table.dataset not in (None, cell["data"]) and cell["data"]
    if printed is None or others or is_phantom(cell["data"]):
        return cell
    cell["published"] = printed.value
    if printed.flag:
        cell["note"] = "; ".join(filter(None, [printed.flag, cell["note"]]))
    else:
        cell["gap"] = cell.get("reproduced", np.nan) - printed.value
    return cell


def _why_not_run(table, row, published, cases):
    """Returns why a row is listed without a run, or "" if it is not."""
    if not row.method:
        return "published by others, not run"
    data = cases["data"][cases["method"] == row.method].unique()
    real = [name for name in data if not is_phantom(name)]
    if not real:
        return "not run on real data"
    has_numbers = any(key == row.key for key, _ in published)
    if table.dataset in (None, *real) or not has_numbers:
        return ""
    return f"not run on {table.dataset}"


def _remarks(table, cases):
    remarks = []
    if table.remark and (remark := table.remark(cases)):
        remarks.append(remark)
    if is_phantom(cases["data"].iloc[0]):
        remarks.append("phantom: not comparable with the paper")
    failed = _distinct(cases[cases["status"] != "ok"])
    if failed:
        remarks.append(f"no value: {failed} of {_distinct(cases)} cases failed")
    elif cases.groupby("fold")["case"].nunique().min() < MIN_CASES:
        remarks.append(f"no interval: fewer than {MIN_CASES} cases")
    remarks.append(_first_epoch(cases))
    runs = len(cases[["fold", "seed"]].drop_duplicates())
    whole = cases["fold"].nunique() * cases["seed"].nunique()
    if runs < whole:
        remarks.append(f"only {runs} of {whole} pairs of fold and seed were run")
    return "; ".join(filter(None, remarks))


def _first_epoch(cases):
    """Returns the remark on runs whose weights are those of the first of many epochs.

    Rows that do not say how many epochs there were had as many as their budget.
    """
    if "epoch" not in cases:
        return ""
    runs = cases.drop_duplicates(["fold", "seed"])
    budget = re.match(r"(\d+) epochs?$", runs["budget"].iloc[0])
    length = float(budget[1]) if budget else np.nan
    lengths = runs.get("epochs", runs["epoch"] * np.nan).fillna(length)
    first = lengths[(runs["epoch"] == 1) & (lengths > 1)]
    if first.empty:
        return ""
    several = f" in {len(first)} of {len(runs)} runs" if len(runs) > 1 else ""
    return f"best epoch is the first of {first.max():.0f}{several}"


def _names(values):
    """Lists the folds or seeds themselves, not their number."""
    return " ".join(str(value) for value in sorted(values.unique()))


def _distinct(cases):
    return len(cases[["fold", "case"]].drop_duplicates())
