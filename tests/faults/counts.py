"""The table of what was killed: one row per scenario, as it was last run."""

import csv
import io
from pathlib import Path

FILE = Path(__file__).parent / "killed.csv"
KINDS = ("at_moments", "frozen", "at_writes", "read_only", "full_disk")
KINDS += ("at_once", "clock")
COLUMNS = ("scenario", "writes", *KINDS, "states", "same", "found")


def read_counts(path):
    """Returns the rows by scenario."""
    if not path.exists():
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        return {row["scenario"]: row for row in csv.DictReader(file)}


def with_earlier(row, earlier, kinds):
    """Returns a row with the counts of an earlier one for what was not tried now.

    Args:
        row: of now.
        earlier: the scenario's row in the table, or None.
        kinds: what was tried now.
    """
    if earlier is None or earlier["found"]:
        return row
    kept = {kind: int(earlier.get(kind) or 0) for kind in KINDS if kind not in kinds}
    states = max(row["states"], int(earlier["states"]))
    return {**row, **kept, "states": states, "same": row["same"] + sum(kept.values())}


def moments_of(row):
    """Returns at how many random moments a scenario was killed, or looked at."""
    return int(row.get("at_moments") or 0) + int(row.get("frozen") or 0)


def write_counts(rows, order, path):
    """Writes the rows of the scenarios that there are, in their order."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval=0, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[name] for name in order if name in rows)
    path.write_text(text.getvalue(), encoding="utf-8")
