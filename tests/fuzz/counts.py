"""The table of what was fuzzed: one row per reader, its longest run."""

import csv
import io
from pathlib import Path

FILE = Path(__file__).parent / "fuzzed.csv"
# Inputs per second of processor time, in both processes and with their imports.
COLUMNS = ("reader", "seed", "inputs", "read", "refused", "finds", "kept", "per_second")


def read_counts(path):
    """Returns the rows by reader."""
    if not path.exists():
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        return {row["reader"]: row for row in csv.DictReader(file)}


def write_counts(rows, order, path):
    """Writes the rows of the readers that there are, in their order."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[name] for name in order if name in rows)
    path.write_text(text.getvalue(), encoding="utf-8")
