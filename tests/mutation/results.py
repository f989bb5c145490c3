"""The table of the faults and of the tests that caught them."""

import csv
import io
from pathlib import Path

FILE = Path(__file__).parent / "caught.csv"
COLUMNS = ("id", "file", "kind", "caught_by", "seconds", "note", "tree")
MIN_SHARE = 0.95


def read_results():
    """Returns the rows by fault; `tree` names the state of code and tests."""
    if not FILE.exists():
        return {}
    with open(FILE, encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def write_results(rows, faults):
    """Writes the rows of the faults that there are, in their order."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[fault.id] for fault in faults if fault.id in rows)
    FILE.write_text(text.getvalue(), encoding="utf-8")


def share_caught(rows, faults):
    """Returns the share of the faults that a test has caught."""
    caught = [f for f in faults if rows.get(f.id, {}).get("caught_by")]
    return len(caught) / len(faults)
