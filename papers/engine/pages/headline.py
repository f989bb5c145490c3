"""The one number of a paper that the front page shows, and our nearest row to it."""

from dataclasses import dataclass

from common.reporting.claims import difference_from_paper
from common.reporting.largest import largest_runs
from common.reporting.text import read_text
from papers.engine.pages.claims import verdict_of_claims
from papers.engine.pages.text import number, with_interval

_PREFIX = "a comparison of methods, not with the paper's: "


@dataclass(frozen=True, kw_only=True)
class Headline:
    """What a paper is known by on the front page.

    Args:
        name: the method and its authors in a few words.
        score: the score in words, as after "the published".
        table: name of the paper's table.
        printed: key of the row that the paper prints.
        row: key of the row that is run here, often the same.
        column: key of the column.
        split: the split to be shown where there are several.
        remark: what must be known of our row, or `""`.
    """

    name: str
    score: str
    table: str
    printed: str
    row: str
    column: str
    split: str = ""
    remark: str = ""

    def published(self, folder):
        """Returns the published number.

        Args:
            folder: the paper's folder of results.
        """
        (printed,) = set(self._cells(folder, self.printed)["published"]) - {""}
        return number(printed)

    def nearest(self, folder):
        """Returns the cell of our largest real run by column, or None.

        Args:
            folder: the paper's folder of results.
        """
        runs = largest_runs(self._cells(folder, self.row))
        if not runs:
            return None
        return runs.get(self.split, next(iter(runs.values()))).iloc[0].to_dict()

    def _cells(self, folder, row):
        cells = read_text(folder / "cells.csv", "`make tables` writes it")
        where = (cells["table"] == self.table) & (cells["column"] == self.column)
        return cells[where & (cells["row"] == row)]


def what_separates(cell, paper):
    """Returns what separates a row from the published number, in words.

    Args:
        cell: the row's cell by column.
        paper: the paper of the published number.
    """
    budget = paper.protocol_of("paper").budget
    words = difference_from_paper(cell, paper.dataset, budget).removeprefix(_PREFIX)
    return words or "nothing: the published protocol on all cases"


def ours(cell):
    """Returns a cell's reproduced score with its interval."""
    return with_interval(cell["reproduced"], cell["ci_low"], cell["ci_high"])


def verdict(paper, folder):
    """Returns what our rows say of a paper, in one sentence or two.

    Args:
        paper: the paper's declaration.
        folder: its folder of results.
    """
    headline = paper.page.HEADLINE
    cell, published = headline.nearest(folder), headline.published(folder)
    claims = verdict_of_claims(folder)
    if cell is None:
        return claims or (
            f"**Open.** The published {headline.score}, {published}, has no row of "
            "real data beside it yet."
        )
    n = f"{cell['n_cases']} case{'s' * (cell['n_cases'] != '1')}"
    whose = f", {headline.remark}," if headline.remark else ""
    beside = (
        f"Our {headline.score}{whose} is {ours(cell)} on {n} of `{cell['data']}`, the "
        f"published one {published}; what separates them: "
        f"{what_separates(cell, paper)}."
    )
    return f"**{claims}** {beside}" if claims else f"**{beside}**"
