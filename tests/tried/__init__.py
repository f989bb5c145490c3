"""The tables of `tests/README.md`: what was fuzzed, disturbed and repeated.

`.venv/bin/python -m tests.tried` writes them from the CSV files of those who tried.
"""

import csv
from pathlib import Path

from papers.engine.pages.text import markdown
from papers.registry import papers
from tests.faults import counts as killed
from tests.faults import repeat
from tests.faults.repeating import methods_of
from tests.faults.verbs import SCENARIOS
from tests.fuzz import counts as fuzzed
from tests.fuzz.readers import READERS

PAGE = Path(__file__).parents[1] / "README.md"
# What each reader reads, and what was found and mended.
READS = {
    "figshare-mat": ("`.mat` v7.3; v5 is refused", ""),
    "figshare-cvind": ("the author's folds", ""),
    "figshare-set": (
        "a folder of slices with its notes",
        "notes of a phantom that lack a value",
    ),
    "nifti": ("NIfTI-1 and -2, packed or not", "voxels that begin at 3e38"),
    "nifti-channels": ("four axes", ""),
    "metaimage": ("`.mha`", "ITK ended the process at a header of 65536 axes"),
    "dicom": ("a series of four slices", ""),
    "scan": ("four files of a case", ""),
    "msd": ("the Decathlon's folder, `dataset.json`", ""),
    "brats": (
        "a folder, its tables of grades and survival",
        "lines of pandas in an error",
    ),
    "splits": (
        "`case,fold` and `case,part`",
        "a row of 140,000 characters in an error",
    ),
    "published": ("the numbers of papers", "as above; a tab in the name of a column"),
    "audit": ("the rules over them", "a claim about no cell"),
    "results": (
        "`cases.csv`, `expected.csv`, `curves.csv`, tables",
        "curves without a column, with words for numbers; a fold beyond 64 bits",
    ),
    "weights": ("`.weights.h5`", "a name that is no text"),
    "checkpoint": ("TensorFlow 1", ""),
    "imported": (
        "`manifest.json` of imported weights",
        "JSON of 100,000 brackets; names with a NUL, of 3,000 letters",
    ),
    "run": (
        "`job.json`, `finished.json`, `history.csv`, rows",
        "values of other types, missing columns, seconds without end",
    ),
    "states": (
        "the states that a training resumes from",
        "manifests and variables of something else, signed",
    ),
    "prepared": ("prepared cases", ""),
    "records": (
        "records of predictions, digests, kept lists",
        "lists for hashes, a list without its version",
    ),
    "tar": ("the archive of the Decathlon", ""),
    "zip": (
        "the archives of figshare",
        "members before the file, members of 4 GB",
    ),
}


def blocks():
    """Returns the tables by the names that the page marks them with."""
    return {
        "fuzzed": fuzzed_table(fuzzed.read_counts(fuzzed.FILE)),
        "killed": killed_table(killed.read_counts(killed.FILE)),
        "repeated": repeated_table(_rows(repeat.FILE)),
    }


def fuzzed_table(rows):
    """Returns a row per reader of its longest run.

    Args:
        rows: of `fuzzed.csv` by reader.
    """
    head = ("reader", "what it reads", "inputs", "read", "refused")
    head = (*head, "per s of processor", "found and mended, in all runs")
    shown = []
    for name in (reader.name for reader in READERS):
        row = rows.get(name, dict.fromkeys(fuzzed.COLUMNS, "") | {"inputs": 0})
        numbers = [f"{int(row[k]):,}" if row[k] != "" else "" for k in _NUMBERS]
        what, found = READS[name]
        shown.append((f"`{name}`", what, *numbers, found or "none"))
    return markdown(head, shown)


_NUMBERS = ("inputs", "read", "refused", "per_second")


def killed_table(rows):
    """Returns a row per scenario that was disturbed, and a line about the others.

    Args:
        rows: of `killed.csv` by scenario.
    """
    head = ("verb", "killed at moments", "seen at moments", "killed at writes")
    head = (*head, "read-only", "full disk", "two at once", "clock", "same afterwards")
    shown, tried, same = [], 0, 0
    for name, row in ((s.id, rows[s.id]) for s in SCENARIOS if s.id in rows):
        counts = {kind: int(row.get(kind) or 0) for kind in killed.KINDS}
        tried, same = tried + sum(counts.values()), same + int(row["same"] or 0)
        shown.append(
            (
                f"`{name}`",
                counts["at_moments"],
                counts["frozen"],
                f"{counts['at_writes']} of {row['writes']}",
                *(counts[kind] for kind in ("read_only", "full_disk")),
                *(counts[kind] for kind in ("at_once", "clock")),
                f"{row['same']} of {sum(counts.values())}",
            )
        )
    left = ", ".join(f"`{s.id}`" for s in SCENARIOS if s.id not in rows)
    few = sum(killed.moments_of(row) < 100 for row in rows.values())
    lines = f"{tried:,} faults, {same:,} with the same files afterwards."
    lines += f" Fewer than 100 moments: {few} of these." if few else ""
    lines += f" Not run yet: {left}." if left else ""
    return f"{markdown(head, shown)}\n\n{lines}"


def repeated_table(rows):
    """Returns a row per paper: its methods that were trained twice, and the others.

    Args:
        rows: of `repeated.csv`.
    """
    shown = []
    for paper in papers():
        own = {r["method"]: r["same"] for r in rows if r["paper"] == paper.id}
        same = sum(value == "yes" for value in own.values())
        left = [name for name in methods_of(paper) if name not in own]
        names = (", ".join(names) or "none" for names in (own, left))
        done, missing = names
        shown.append((paper.id, done, f"{same} of {len(own)}", missing))
    return markdown(("paper", "methods, twice", "same bits", "not run yet"), shown)


def _rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
