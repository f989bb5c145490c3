"""Reads what a paper prints, with its digits, and what is declared for the audit."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from common.audit.interval import Interval, bound, printed
from common.errors import UserError
from common.reporting.published import read_published
from common.reporting.text import read_text

if TYPE_CHECKING:
    import pandas as pd

_CLAIMS = ["claim", "first", "second", "columns", "quantity", "relation", "value"]
_CLAIMS += ["where", "sentence", "note"]
_CONDITIONS = ["table", "row", "column", "condition", "state", "like_for_like"]
_CONDITIONS += ["evidence"]
_POOLS = ["column", "pool", "share", "evidence"]
_CORRECT = (
    "correct or restore the file; it holds what the paper prints, and facts about it"
)


@dataclass(frozen=True, eq=False)
class Published:
    """The numbers that a paper prints and what is known about them.

    Args:
        folder: where the files are, for error messages.
        tables: `{table: {row: {column: Interval}}}`, by number and key.
        claims: one row per sentence that states numbers (`text_claims.csv`).
        conditions: one row per cell that counts something else than the others
            of its column (`conditions.csv`).
        pools: one row per pool of voxels that a specificity may be taken over
            (`pools.csv`).
    """

    folder: Path
    tables: dict[str, dict[str, dict[str, Interval]]]
    claims: "pd.DataFrame"
    conditions: "pd.DataFrame"
    pools: "pd.DataFrame"


def read_printed(folder):
    """Reads a folder of published numbers.

    Args:
        folder: such as `papers/linkdsl/published`. Its `tableN.csv` are the
            paper's tables, as `read_published` reads them. These files beside
            them are optional and have these columns:

            - `text_claims.csv`: `claim`, its name; `first` and `second`, rows
              such as `"1/unet + 1/drn"` (table 1, mean of both); `columns`,
              such as `"wt_dice + tc_dice"`; `quantity`, one of mean,
              difference and ratio (of the means over rows and columns), each
              and most (of the differences cell by cell); `relation`, one of
              equals, about, above and below; `value`, such as `"1.5 %"`;
              `where`, `sentence`, `note`.
            - `conditions.csv`: `table`, `row`, `column` of a cell; `condition`,
              such as `"outputs"`; its `state` there, such as `"3"`; the cell's
              value in the state of the first row, `like_for_like`; `evidence`.
            - `pools.csv`: `column`, such as `"wt_specificity"`; `pool` by
              name; `share` of the region's voxels in it; `evidence`.

    Returns:
        A `Published`.

    Raises:
        UserError: a file cannot be read, or the folder has no table.
    """
    folder = Path(folder)
    paths = [p for p in folder.glob("table*.csv") if re.fullmatch(r"table\d+", p.stem)]
    if not paths:
        raise UserError(folder, "files table1.csv, table2.csv, …", "none", _CORRECT)
    paths.sort(key=lambda path: int(path.stem.removeprefix("table")))
    return Published(
        folder,
        {path.stem.removeprefix("table"): _read_table(path) for path in paths},
        _read_optional(folder / "text_claims.csv", _CLAIMS),
        _read_optional(folder / "conditions.csv", _CONDITIONS),
        _read_optional(folder / "pools.csv", _POOLS),
    )


def _read_table(path):
    published = read_published(path)
    texts = read_text(path, _CORRECT)["value"]
    rows = {}
    for line, text in zip(published.itertuples(), texts, strict=True):
        interval = bound if line.flag.startswith("upper bound") else printed
        rows.setdefault(line.row, {})[line.column] = interval(text)
    return rows


def _read_optional(path, columns):
    import pandas as pd

    if not path.exists():
        return pd.DataFrame(columns=columns, dtype=str)
    frame = read_text(path, _CORRECT)
    if list(frame) != columns:
        raise UserError(
            path, f"the columns {','.join(columns)}", ",".join(frame), _CORRECT
        )
    return frame
