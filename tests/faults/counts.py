"""The table of what was killed: one row per scenario, as it was last run."""

import csv
import io
from pathlib import Path

FILE = Path(__file__).parent / "killed.csv"
KINDS = ("at_moments", "at_writes", "read_only", "at_once", "clock")
COLUMNS = ("scenario", "writes", *KINDS, "states", "same", "found")


def read_counts(path):
    """Returns the rows by scenario."""
    if not path.exists():
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        return {row["scenario"]: row for row in csv.DictReader(file)}


def write_counts(rows, order, path):
    """Writes the rows of the scenarios that there are, in their order."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval=0, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[name] for name in order if name in rows)
    path.write_text(text.getvalue(), encoding="utf-8")
