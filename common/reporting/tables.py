"""A paper's tables: declared as data, written beside the cases behind them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from common.files import write_text
from common.reporting.cases import empty_cases, read_cases, write_cases
from common.reporting.cells import GROUP, build_cells
from common.reporting.published import read_published
from common.reporting.text import to_csv

_PER_COLUMN = ["published", "reproduced", "gap", "ci_low", "ci_high", "sd_seeds"]
_PER_ROW = ["data", "n_cases", "n_failed", "coverage", "profile", "budget", "split"]
_PER_ROW += ["folds", "seeds", "fingerprint", "note"]


@dataclass(frozen=True)
class Column:
    """A score of a table, with region where there are several.

    Args:
        key: its name in files, such as `"wt_dice"`.
        label: its name for readers, such as `"Dice (whole tumor)"`.
        aggregate: how cases become the number, such as `Mean("wt_dice")`.
        convention: the definition in words, shown beside every value.
        printed: the published column that it is set beside, where that is not of
            its own key.
    """

    key: str
    label: str
    aggregate: Callable
    convention: str
    printed: str | None = None


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Args:
        key: its name in the file of published numbers.
        title: its name as the paper prints it.
        method: id of the method that reproduces it; None for rows of others
            that are only ever cited.
    """

    key: str
    title: str
    method: str | None = None


@dataclass(frozen=True)
class Table:
    """A table of a paper.

    Args:
        name: its number, such as `"1"`: it is written to `table1.csv`.
        title: the paper's heading.
        rows: its `Row`s, in the paper's order.
        columns: its `Column`s, in the paper's order.
        published_csv: path of the numbers that the paper prints.
        note: what a reader must know of every row, written into each.
        dataset: name of the data that the published numbers are of; they stand
            beside no other's.
        remark: function from the cases of one row and run to what a reader must
            know of them, or `""`.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    published_csv: Path
    note: str = ""
    dataset: str | None = None
    remark: Callable | None = None

    @property
    def file_name(self):
        """Name of the CSV file in a results folder."""
        return f"table{self.name}.csv"


def build_table(table, cells):
    """Arranges cells in the paper's shape.

    Args:
        table: a `Table`.
        cells: as `build_cells` returns them, perhaps with other tables' cells.

    Returns:
        A `DataFrame` with one row a method and group: `row, method`, for each
        column its published and reproduced number, gap and interval, then what
        was run on. Rows of one group stand together.
    """
    titles = {row.key: row.title for row in table.rows}
    lines = []
    mine = cells[cells["table"] == table.name]
    for (key, *_), group in mine.groupby(["row", *GROUP], sort=False):
        line = {"row": key, "method": titles[key]}
        for cell in group.to_dict("records"):
            line |= {f"{cell['column']}_{name}": cell[name] for name in _PER_COLUMN}
        line |= group.iloc[0][_PER_ROW].to_dict()
        notes = "; ".join(filter(None, [table.note, *group["note"].unique()]))
        # A cell's note repeats its row's: each remark once.
        lines.append(line | {"note": "; ".join(dict.fromkeys(notes.split("; ")))})
    scores = [
        f"{column.key}_{name}" for column in table.columns for name in _PER_COLUMN
    ]
    return pd.DataFrame(lines, columns=["row", "method", *scores, *_PER_ROW])


def result_files(tables, cases):
    """Computes the files of a results folder from the cases.

    Args:
        tables: the paper's `Table`s.
        cases: as `read_cases` returns them.

    Returns:
        A dict from file name to `DataFrame`: `cells.csv`, then each table.
    """
    cells = [
        build_cells(table, cases, read_published(table.published_csv))
        for table in tables
    ]
    files = {"cells.csv": pd.concat(cells, ignore_index=True)}
    for table, of_table in zip(tables, cells, strict=True):
        files[table.file_name] = build_table(table, of_table)
    return files


def write_results(folder, tables, cases):
    """Writes `cases.csv`, `cells.csv` and one CSV file a table.

    Args:
        folder: such as `results/linkdsl`.
        tables: the paper's `Table`s.
        cases: all rows of single cases of the paper.

    Raises:
        UserError: a file cannot be written, or the cases do not fit the tables.
    """
    folder = Path(folder)
    write_cases(folder / "cases.csv", cases)
    # Read again, so that the tables follow from the file and not from digits
    # that the file does not hold.
    for name, frame in result_files(tables, read_cases(folder / "cases.csv")).items():
        write_text(folder / name, to_csv(frame))


def joined_table(papers):
    """Joins the tables of several papers on one data set.

    Args:
        papers: for each paper's id its results folder, which need not exist,
            and its `Table`s: `{"linkdsl": (Path("results/linkdsl"), TABLES)}`.

    Returns:
        A `DataFrame`: `paper` and `table`, then the columns of all tables.
        Rows that were not run have their published numbers and say so.
    """
    parts = []
    for paper, (folder, tables) in papers.items():
        path = Path(folder) / "cases.csv"
        cases = read_cases(path) if path.exists() else empty_cases()
        files = result_files(tables, cases)
        for table in tables:
            part = files[table.file_name]
            part.insert(0, "paper", paper)
            part.insert(1, "table", table.name)
            parts.append(part)
    joined = pd.concat(parts, ignore_index=True)
    scores = [name for name in joined if name not in _PER_ROW]
    return joined[[*scores, *_PER_ROW]]
