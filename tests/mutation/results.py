"""The table of the faults and of the tests that caught them."""

import csv
import io
from pathlib import Path

FILE = Path(__file__).parent / "caught.csv"
COLUMNS = ("id", "file", "kind", "caught_by", "seconds", "note", "state")
MIN_SHARE = 0.95


def read_results(path=FILE):
    """Returns the rows by fault; `state` names what each was found with."""
    if not path.exists():
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def write_results(rows, faults, path=FILE):
    """Writes the rows of the faults that there are, in their order."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[fault.id] for fault in faults if fault.id in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def caught_among(rows, faults):
    """Returns the faults that a test has caught."""
    return [f for f in faults if rows.get(f.id, {}).get("caught_by")]
