"""The rows of a benchmark, kept beside those of other machines and of other runs."""

from pathlib import Path

from benchmarks.shared import machine
from common.files import csv_text, write_text
from common.reporting.text import read_text

# Load per core above which others' work is in the timings.
BUSY = 0.5


class Record:
    """A results file to which one run adds what it measured.

    What is measured in turns, a cell, is replaced together, because its ratios are of
    one run; the rows of other cells and of other machines stay. So an interrupted or
    a partial run takes nothing away. A cell with fewer members than the file has of
    it on this machine (no PyTorch here, a part of the variants) is not written.

    Args:
        path: of the CSV file, written if it is missing.
        cell: columns that name what is measured in turns.
        members: columns that name what takes the turns, such as `("variant",)`.
        console: a `papers.engine.console.Console`, which is told of machine and load.
        **more: further columns of all rows, or others of the machine's.
    """

    def __init__(self, path, cell, members, console, **more):
        self.path = Path(path)
        self.made_on = machine.describe() | {"load_before": machine.load()} | more
        self._cell, self._members = ("machine", *cell), members
        self._say = console.say_once
        made = self.made_on
        self._say(f"{made['machine']}; {made['versions']}; load {made['load_before']}")
        if made["load_before"] > BUSY * machine.cores():
            self._say(
                "WARNING: other programs run (the load is above "
                f"{BUSY} a core); the times are not those of an idle machine"
            )

    def add(self, rows):
        """Writes rows in the place of what the file has of their cells.

        Args:
            rows: dicts, all rows of each of their cells.
        """
        new = _texts([row | self.made_on for row in rows])
        cells = self._by_cell(self._read())
        for key, group in self._by_cell(new).items():
            missing = self._names(cells.get(key, [])) - self._names(group)
            if missing:
                what = "; ".join(sorted(", ".join(name) for name in missing))
                self._say(
                    f"NOT written: {' '.join(key[1:])}, as {self.path} has more of it "
                    f"({what}). `--results FILE` writes elsewhere"
                )
                continue
            cells[key] = group
        written = [row for group in cells.values() for row in group]
        columns = list(dict.fromkeys(name for row in written for name in row))
        cells = [[row.get(name, "") for name in columns] for row in written]
        write_text(self.path, csv_text([columns, *cells]))

    def _read(self):
        if not self.path.exists():
            return []
        table = read_text(self.path, "restore the file, or name one by --results")
        return table.to_dict("records")

    def _by_cell(self, rows):
        cells = {}
        for row in rows:
            key = tuple(row.get(name, "") for name in self._cell)
            cells.setdefault(key, []).append(row)
        return cells

    def _names(self, rows):
        return {tuple(row.get(name, "") for name in self._members) for row in rows}


def add_shares(rows):
    """Sets each row's share of the best peak that its run measured, in place.

    A product of matrices that something slowed down is no bound: other rounds of the
    same run were faster.

    Args:
        rows: dicts with `gflops` and `peak_gflops`, and their `precision` if there is
            more than one; `share_of_peak` is set.
    """
    best = {}
    for row in rows:
        kind = row.get("precision")
        best[kind] = max(best.get(kind, 0), row.get("peak_gflops") or 0)
    for row in rows:
        if row.get("gflops") and row.get("peak_gflops"):
            share = row["gflops"] / best[row.get("precision")]
            row["share_of_peak"] = round(share, 3)


def _texts(rows):
    """Returns rows with each value as the text that stands in the file."""
    return [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in rows
    ]
