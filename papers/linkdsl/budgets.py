"""The table of what a longer training is worth: one score at each budget."""

from common.reporting.cells_file import read_cells
from common.reporting.largest import is_shown
from common.reporting.order import natural
from papers.engine.pages.text import markdown, number, with_interval

NONE = "No method has been run on real data with several budgets yet."
_SAME = ["row", "data", "coverage", "fingerprint", "profile", "split"]


def budget_table(folder, tables, column):
    """Returns a table of a score by method and budget, of otherwise equal runs.

    Args:
        folder: a folder such as `results/linkdsl`.
        tables: the `common.reporting.table.Table`s whose rows are shown.
        column: the `common.reporting.table.Column` of the score.

    Returns:
        A line for each method and run on real data, with the published score, where a
        method of the run has several budgets; or a sentence where none has.
    """
    cells = read_cells(folder / "cells.csv", "`make tables` writes it")
    names = [table.name for table in tables]
    titles = {row.key: row.title for table in tables for row in table.rows}
    cells = cells[cells["table"].isin(names) & (cells["column"] == column.key)]
    cells = cells[
        cells["data"].map(is_shown).astype(bool) & (cells["reproduced"] != "")
    ]
    cells = cells.drop_duplicates([*_SAME, "budget"])
    counts = cells.groupby(_SAME)["budget"].transform("count")
    longer = counts.groupby([cells[name] for name in _SAME[1:]]).transform("max")
    cells = cells[longer > 1]
    budgets = sorted(cells["budget"].unique(), key=natural)
    rows = []
    for run, several in cells.groupby(_SAME, sort=False):
        found = {cell["budget"]: cell for cell in several.to_dict("records")}
        scores = [_score(found.get(budget)) for budget in budgets]
        first = several.iloc[0]
        words = f"`{first['data']}` {first['coverage']}, split {first['split']}"
        rows.append((titles[run[0]], words, *scores, number(first["published"])))
    if not rows:
        return NONE
    return markdown(("method", "run", *budgets, "published"), rows)


def _score(cell):
    if cell is None:
        return ""
    return with_interval(cell["reproduced"], cell["ci_low"], cell["ci_high"])
