"""A paper's cells in a folder of all results, which is the suite's or a user's."""

from common.reporting.cases import empty_cases
from common.reporting.cells_file import read_cells
from common.reporting.tables import result_files
from common.reporting.text import as_text
from papers.engine.request import SUITES
from papers.engine.results import PHANTOMS


def cells_of(paper, root):
    """Returns a paper's cells in a folder of all results, as texts.

    Those of phantoms stand behind the others, those of data sets of one's own are not
    among them. What the paper prints is there even if nothing was run.
    """
    main = root / paper.id / "cells.csv"
    again = f"`make tables RESULTS={root}` writes it again"
    if main.exists():
        parts = [read_cells(main, again)]
    else:
        parts = [as_text(result_files(paper.tables, empty_cases())["cells.csv"])]
    parts += [
        runs_of(read_cells(path, again)) for path in _others(main) if _is_phantoms(path)
    ]
    return together(*parts)


def own_cells_of(paper, root):
    """Returns a paper's cells of data sets of one's own, which have folders apart."""
    import pandas as pd

    main = root / paper.id / "cells.csv"
    again = f"`make tables RESULTS={root}` writes it again"
    parts = [
        runs_of(read_cells(path, again))
        for path in _others(main)
        if not _is_phantoms(path)
    ]
    return together(*parts) if parts else pd.DataFrame(columns=["data"], dtype=str)


def together(*parts):
    """Returns cells of several places as one table; the first part may be empty."""
    import pandas as pd

    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _others(main):
    return [path for path in sorted(main.parent.rglob(main.name)) if path != main]


def _is_phantoms(path):
    return path.parent.name == PHANTOMS


def runs_of(cells):
    """Returns the cells that were run, without those that only have what is printed."""
    return cells[cells["data"] != ""]


def is_suites(results):
    """Whether a folder of all results is the suite's own."""
    return results.resolve() == SUITES.resolve()
