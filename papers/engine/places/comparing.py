"""The papers with the cells of who has run them: the suite's own and the user's."""

from typing import NamedTuple

from common.reporting.people import comparison, lines_of, main_columns, screen
from papers import registry
from papers.engine.places.cells import (
    cells_of,
    is_suites,
    own_cells_of,
    runs_of,
    together,
)
from papers.engine.places.moves import take_over
from papers.engine.request import LOCAL, SUITES


class Compared(NamedTuple):
    """A paper with its tables and the cells of who has run it.

    Args:
        paper: the paper.
        tables: its tables, or those on one data set.
        suite: cells of the suite's own runs.
        apart: those of further data sets of the suite, of a few cases.
        yours: cells of the user's runs.
    """

    paper: object
    tables: list
    suite: object
    apart: object
    yours: object

    @property
    def lines(self):
        """The paper's lines for people."""
        return lines_of(self.tables, self.suite, self.yours)

    @property
    def headline(self):
        """The column that stands for the paper: the whole tumor's Dice, if it has."""
        columns = main_columns(self.tables)
        return next((c for c in columns if c.key == "wt_dice"), columns[0])


def compared(results, dataset=None, say=print, papers=None):
    """Returns a `Compared` of each paper, or of those on a data set.

    Args:
        results: folder of all results; unless it is the suite's own, the runs in it are
            the user's.
        dataset: name of the data set, or None.
        say: function that shows a line of text.
        papers: some papers, or None for all.
    """
    found = []
    for paper in papers or registry.papers():
        tables = paper.tables_on(dataset) if dataset else list(paper.tables)
        if not tables:
            continue
        if results == LOCAL:
            take_over(paper, say)
        suite = cells_of(paper, SUITES)
        yours = suite[:0]
        if not is_suites(results):
            yours = together(
                runs_of(cells_of(paper, results)), own_cells_of(paper, results)
            )
        apart = own_cells_of(paper, SUITES)
        found.append(Compared(paper, tables, suite, apart, yours))
    return found


def comparison_of(papers):
    """Returns the `common.reporting.people.SmallTable` of one line for each method.

    Args:
        papers: as `compared` returns them.
    """
    return comparison(_headlines(papers))


def screen_of(papers, width):
    """Returns the lines of `comparison_of` for a screen.

    Args:
        papers: as `compared` returns them.
        width: number of columns of the screen.
    """
    return screen(_headlines(papers), width)


def _headlines(papers):
    return [
        (
            one.paper.id,
            one.lines,
            one.headline,
            one.paper.protocol_of("paper").budget,
        )
        for one in papers
    ]
