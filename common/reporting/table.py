"""A paper's tables, declared as data: rows are methods, columns are scores."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Column:
    """A score of a table, and its region if there are several.

    Args:
        key: its name in files, such as `"wt_dice"`.
        label: its name for readers, such as `"Dice (whole tumor)"`.
        aggregate: how cases become the number, such as `Mean("wt_dice")`.
        convention: the definition in words, shown beside every value.
        printed: key of the published column that it is set beside, if that is
            not its own key.
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
        method: id of the method that reproduces it; None for rows of other
            authors, which are only cited.
        beside: key of the published row that a reader compares it with, where the
            paper prints no row of its own for it.
    """

    key: str
    title: str
    method: str | None = None
    beside: str | None = None


@dataclass(frozen=True)
class Table:
    """A table of a paper.

    Args:
        name: its number, such as `"1"`, which is written to `table1.csv`.
        title: the paper's heading.
        rows: its `Row`s, in the paper's order.
        columns: its `Column`s, in the paper's order.
        published_csv: path of the numbers that the paper prints.
        note: what a reader must know about every row; written into each.
        dataset: name of the data set that the published numbers are of; they are
            set beside no other's.
        remark: function from the cases of one row and run to what a reader must
            know about them, or `""`.
        seen_mark: how a remark begins that says that cases were trained on, whose
            scores are compared with no published number; `""` where there is none.
        split: how the names of the splits begin whose cases the published numbers are
            of, such as those trained on; `""` where they are of held-out ones.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    published_csv: Path
    note: str = ""
    dataset: str | None = None
    remark: Callable | None = None
    seen_mark: str = ""
    split: str = ""

    @property
    def in_paper(self):
        """Whether the paper has it: further ones have a word such as `_readings`."""
        return not self.name.startswith("_")

    @property
    def file_name(self):
        """Name of the CSV file in a results folder."""
        return f"table{self.name}.csv"
