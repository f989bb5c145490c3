"""What a run of each profile takes, as a page and a protocol's header show it."""

from dataclasses import dataclass
from pathlib import Path

from common.reporting.text import read_text
from papers.engine.pages import markdown

BENCHMARKS = Path(__file__).parents[2] / "benchmarks" / "results"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Time and hardware of one command.

    Args:
        command: the command that runs the profile.
        hours: how long it takes.
        hardware: what it runs on.
        measured: whether `hours` was measured; otherwise it is an estimate.
        basis: what was measured, or what the estimate rests on.
    """

    command: str
    hours: float
    hardware: str = "2 CPU cores"
    measured: bool = False
    basis: str

    @property
    def time(self):
        """The hours in two significant digits, and whether they are an estimate."""
        hours = float(f"{self.hours:.2g}")
        number = f"{hours:,.0f}" if hours >= 10 else f"{hours:g}"
        unit = "hour" if number == "1" else "hours"
        return f"{number} {unit}, {'measured' if self.measured else 'an estimate'}"


def costs_table(costs):
    """Returns the Markdown table of the costs of each profile.

    Args:
        costs: a `Cost` by profile.
    """
    rows = [
        (profile, f"`{cost.command}`", cost.time, cost.hardware, cost.basis)
        for profile, cost in costs.items()
    ]
    head = ("profile", "command", "time", "hardware", "basis")
    return markdown(head, rows)


def benchmark(name, value, **where):
    """Returns one number of a benchmark's committed rows.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        value: the column of the number.
        **where: what the other columns of the row have.

    Raises:
        ValueError: not exactly one row has these.
    """
    path = BENCHMARKS / f"{name}.csv"
    rows = read_text(path, f"run the benchmark of {name}")
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    if len(rows) != 1:
        raise ValueError(f"Expected one row in {path} with {where}. Got {len(rows)}.")
    return float(rows.iloc[0][value])
