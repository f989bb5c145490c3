"""What a run of each profile takes and how fast networks are, for pages and headers."""

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


def speed_table(name, command):
    """Returns the Markdown table of the suite's networks beside PyTorch's.

    Args:
        name: name of the file in `benchmarks/results/`, without its ending.
        command: what measures it.

    Returns:
        A line for each network, part, size and precision; or a sentence where nothing
        has been measured.
    """
    path = BENCHMARKS / f"{name}.csv"
    if not path.exists():
        return f"Not measured yet: `{command}`."
    rows = read_text(path, f"run {command}")
    machine = " and ".join(sorted(set(rows["machine"])))
    torch = " and ".join(sorted(set(rows["peer_version"]) - {""}))
    lines = [
        (
            f"`{row['network']}`",
            PARTS[row["part"]],
            f"{row['batch']}x{row['side']}x{row['side']}",
            row["precision"],
            *map(_short, row[["ms", "first_s", "share_of_peak", "times_faster"]]),
        )
        for _, row in rows[rows["variant"] == "shipped"].iterrows()
    ]
    head = ("network", "part", "batch", "type", "ms", "first call, s")
    table = markdown((*head, "share of the peak", "times PyTorch's speed"), lines)
    return (
        f"Measured by `{command}` on {machine}, in turns with PyTorch {torch} in its "
        "better memory format; above 1 we are faster. The peak is that of a large "
        "product of matrices of the same type in the same rounds. Rows: "
        f"`benchmarks/results/{name}.csv`.\n\n{table}"
    )


PARTS = {"train": "step", "infer": "inference"}


def _short(text):
    """Returns a number in three digits, and nothing as a dash."""
    if not text:
        return "-"
    number = float(text)
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
