"""What a run of each profile takes, for pages and headers."""

from dataclasses import dataclass

from common.reporting.largest import is_shown
from common.reporting.order import natural
from common.reporting.trainings import recorded_trainings
from papers import registry
from papers.engine.pages.text import markdown

# Trainings that agree in these are lines of one table.
_TOGETHER = ["paper", "data", "profile", "budget", "split", "processor", "threads"]
# A longer training goes on from a shorter one, whose hours are a part of its own.
_GOES_ON = ["method", "data", "fingerprint", "profile", "split", "fold", "seed"]


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
        """The time in two significant digits, and whether it is an estimate."""
        amount, unit = (
            (self.hours, "hour") if self.hours >= 1 else (60 * self.hours, "minute")
        )
        amount = float(f"{amount:.2g}")
        number = f"{amount:,.0f}" if amount >= 10 else f"{amount:g}"
        unit += "s" * (number != "1")
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


def trainings_table(results):
    """Returns the Markdown table of what the trainings behind the real rows took.

    Args:
        results: the folder of all results.
    """
    rows, hours = [], 0.0
    for paper in registry.papers():
        found = recorded_trainings(results / paper.id)
        found = found[found["data"].map(is_shown).astype(bool)]
        found = found.sort_values("budget", key=lambda budgets: budgets.map(natural))
        found = found.drop_duplicates(_GOES_ON, keep="last")
        for _, several in found.groupby(_TOGETHER, sort=False):
            took = several["hours"].astype(float)
            waited = (took * several["data_wait_share"].astype(float)).sum()
            hours += took.sum()
            rows.append(_spent(several, took.sum(), waited))
    if not rows:
        return "No training on real data is recorded yet."
    head = (
        "paper",
        "methods",
        "data",
        "budget",
        "hours",
        "waiting for data",
        "machine",
    )
    return f"{markdown(head, rows)}\n\nIn all {hours:.1f} hours."


def _spent(several, hours, waited):
    """Returns the line of trainings that differ in method, fold and seed alone."""
    first = several.iloc[0]
    methods = ", ".join(f"`{one}`" for one in dict.fromkeys(several["method"]))
    machine = f"{first['threads']} threads of {first['processor']}"
    data = f"`{first['data']}`, split {first['split']}"
    budget = f"{first['budget']}, profile {first['profile']}"
    share = f"{100 * waited / hours:.0f} %"
    return first["paper"], methods, data, budget, f"{hours:.1f}", share, machine
