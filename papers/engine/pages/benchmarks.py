"""The committed rows of the benchmarks, for costs and tables of speed."""

import re
from pathlib import Path

from common.reporting.text import read_text

FOLDER = Path(__file__).parents[3] / "benchmarks" / "results"
BUSY = 0.5  # load per core; `benchmarks.shared.record` warns above it
_BUSY = f" (**above {BUSY} a core: other programs may have run**)"


def rows_of(name):
    """Returns the rows of a benchmark as a `DataFrame` of texts, or None.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
    """
    path = FOLDER / f"{name}.csv"
    return read_text(path, f"run the benchmark of {name}") if path.exists() else None


def benchmark(name, value, **where):
    """Returns one number of a benchmark's committed rows, of the file's first machine.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        value: the column of the number.
        **where: what the other columns of the row have.

    Raises:
        ValueError: not exactly one row has these.
    """
    path = FOLDER / f"{name}.csv"
    rows = read_text(path, f"run the benchmark of {name}")
    rows = rows[rows["machine"] == rows["machine"].iloc[0]]
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    if len(rows) != 1:
        raise ValueError(f"Expected one row in {path} with {where}. Got {len(rows)}.")
    return float(rows.iloc[0][value])


def by_machine(name, command, show, shown=None):
    """Returns what a page says of a benchmark: a table for each machine.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.
        show: function from the rows of one machine, a `DataFrame` of texts, to what
            there is to say of them and the Markdown below it.
        shown: function from all rows to those that are meant; None for all.

    Returns:
        Markdown; a sentence where nothing has been measured.
    """
    rows = rows_of(name)
    if rows is not None and shown is not None:
        rows = shown(rows)
    if rows is None or rows.empty:
        return f"Not measured yet: `{command}`."
    parts = []
    for _, of_one in rows.groupby("machine", sort=False):
        said, below = show(of_one)
        head = " ".join(filter(None, [measured(name, of_one, command), said]))
        parts.append(f"{head}\n\n{below}")
    if rows["machine"].str.contains("avx512f").all():
        parts.append("No processor without AVX-512 (AMD with AVX2 only) was measured.")
    return "\n\n".join(parts)


def measured(name, rows, command):
    """Returns where, with what and how rows were measured, in words.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        rows: its rows of one machine, a `DataFrame` of texts.
        command: what measures it.
    """
    machines = _together(rows["machine"])
    versions = _together(rows["versions"]) if "versions" in rows else ""
    peers = _together(rows["peer_version"]) if "peer_version" in rows else ""
    commits = _together(rows["commit"]) if "commit" in rows else ""
    runs = "one run each" if " and " in commits else "one run"
    used = [versions, peers and f"PyTorch {peers}", commits and f"commit {commits}"]
    return (
        f"Measured by `{command}` on {machines} ({', '.join(filter(None, used))}), in "
        f"turns within {runs}{_load(rows)}; rows: `benchmarks/results/{name}.csv`."
    )


def _load(rows):
    """Returns the load before the runs, and whether other programs ran, in words."""
    texts = set(rows["load_before"]) - {""} if "load_before" in rows else set()
    loads = sorted(map(float, texts))
    if not loads:
        return ", the load before it not recorded"
    words = " to ".join(f"{load:.3g}" for load in dict.fromkeys((loads[0], loads[-1])))
    cores = re.search(r"(\d+) cores", rows["machine"].iloc[0])
    busy = cores and loads[-1] > BUSY * int(cores[1])
    return f", load before it {words}" + (_BUSY if busy else "")


def _together(values):
    return " and ".join(sorted(set(values) - {""}))
