"""The committed rows of the benchmarks, for costs and tables of speed."""

from pathlib import Path

from common.reporting.text import read_text

FOLDER = Path(__file__).parents[3] / "benchmarks" / "results"


def rows_of(name):
    """Returns the rows of a benchmark as a `DataFrame` of texts, or None.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
    """
    path = FOLDER / f"{name}.csv"
    return read_text(path, f"run the benchmark of {name}") if path.exists() else None


def benchmark(name, value, **where):
    """Returns one number of a benchmark's committed rows.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        value: the column of the number.
        **where: what the other columns of the row have.

    Raises:
        ValueError: not exactly one row has these.
    """
    path = FOLDER / f"{name}.csv"
    rows = read_text(path, f"run the benchmark of {name}")
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    if len(rows) != 1:
        raise ValueError(f"Expected one row in {path} with {where}. Got {len(rows)}.")
    return float(rows.iloc[0][value])
