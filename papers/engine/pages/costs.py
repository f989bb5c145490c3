"""What a run of each profile takes, for pages and headers."""

from dataclasses import dataclass

from papers.engine.pages.text import markdown


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
