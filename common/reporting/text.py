"""CSV files of results: the same numbers always give the same bytes."""

import csv
import math

from common.errors import UserError
from common.files import csv_text, plain_cell, unreadable


def to_csv(frame):
    """Returns a table as CSV text.

    Whole numbers are written in full (six digits cannot hold the number of voxels
    of a volume), others with six significant digits, missing values as nothing. Texts
    are those of `common.files.csv_text`: no spreadsheet takes one for a formula.
    """
    texts = as_text(frame)
    return csv_text([texts.columns, *texts.itertuples(index=False, name=None)])


def as_text(frame):
    """Returns a table with every cell as it stands in the file."""
    import pandas as pd

    texts = {name: [_text(value) for value in frame[name]] for name in frame}
    return pd.DataFrame(texts, columns=frame.columns, dtype=str)


def read_text(path, next_step):
    """Reads a CSV file with every cell as it was before `to_csv` wrote it.

    Args:
        path: the file.
        next_step: what the user should do if it cannot be read.

    Returns:
        A `DataFrame` of strings; empty cells are empty strings.

    Raises:
        UserError: the file cannot be read, two columns have the same name, or
            a line has more or fewer fields than there are columns.
    """
    import pandas as pd

    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.reader(file, strict=True)
            header = [plain_cell(name) for name in next(reader, [])]
            rows = []
            for row in reader:
                if len(row) != len(header):
                    raise UserError(
                        f"{path}, line {reader.line_num}",
                        f"{len(header)} fields (one with a comma needs quotes)",
                        f"{len(row)} fields",
                        next_step,
                    )
                rows.append([plain_cell(cell) for cell in row])
    except (FileNotFoundError, ValueError, csv.Error) as error:
        raise UserError(path, "a readable CSV file", error, next_step) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if len(set(header)) < len(header):
        raise UserError(path, "distinct column names", ",".join(header), next_step)
    return pd.DataFrame(rows, columns=header, dtype=str)


def read_columns(path, columns, next_step):
    """Reads a CSV file that must have some columns, as `read_text` does.

    Args:
        path: the file.
        columns: names of the columns.
        next_step: what the user should do if it cannot be read.

    Raises:
        UserError: as `read_text`, or a column is missing.
    """
    frame = read_text(path, next_step)
    missing = [name for name in columns if name not in frame]
    if missing:
        raise UserError(
            path,
            f"the columns {', '.join(columns)}",
            f"no column {', '.join(missing)}",
            next_step,
        )
    return frame


def _text(value):
    import pandas as pd

    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    if math.isfinite(value) and value == int(value):
        return str(int(value))
    return f"{value:.6g}"
