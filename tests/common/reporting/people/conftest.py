"""Cells as texts, as `cells.csv` holds them, and the lines of a table."""

import pandas as pd
import pytest

from common.reporting.cells import build_cells
from common.reporting.people import lines_of
from common.reporting.published import read_published
from common.reporting.text import as_text


@pytest.fixture
def cells_of(table):
    """Returns the cells of some rows of cases."""

    def cells_of(*cases):
        published = read_published(table.published_csv)
        return as_text(build_cells(table, pd.concat(cases), published))

    return cells_of


@pytest.fixture
def lines(table, cells_of):
    """Returns the lines of the suite's cases and of the user's."""

    def lines(suite=(), yours=()):
        found = [cells_of(*cases) if cases else NO_CELLS for cases in (suite, yours)]
        return lines_of([table], *found)

    return lines


NO_CELLS = pd.DataFrame(columns=["data"])
