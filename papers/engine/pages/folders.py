"""The generated parts of the pages of folders: data, scans, metrics, devices."""

from pathlib import Path
from statistics import fmean

from common.reporting.text import read_text
from data.brats import RELEASES
from papers.engine.pages.conventions import metrics_blocks
from papers.engine.pages.speed import plain_table
from papers.engine.pages.text import markdown

_SCANS = Path(__file__).parents[3] / "results" / "own_scan.csv"
_MEASURE = "`.venv/bin/python -m benchmarks.scans.bench --data FOLDER`"
_IMAGES = {"t1": "T1", "t2": "T2", "flair": "FLAIR"}
_REGIONS = {"wt": "WT", "tc": "TC", "et": "ET"}


def folder_blocks():
    """Returns the generated parts of each folder's page, by the page's path."""
    return {
        "data/README.md": {"releases": releases_table(), "speed": _reading()},
        "data/scans/README.md": {"scans": scans_table()},
        "common/metrics/README.md": metrics_blocks()
        | {"speed": _scoring(), "official": _official()},
        "papers/engine/devices/README.md": {
            "towers": _towers(),
            "backends": _backends(),
        },
    }


def releases_table():
    """Returns the table of the releases of BraTS that are read."""
    rows = []
    for release in RELEASES.values():
        parts = [f"{n} {grade}".strip() for grade, n in release.totals.items()]
        labels = ", ".join(f"{disk}" for disk in sorted(release.labels))
        rows.append(
            (
                f"`{release.name}`",
                release.title,
                " + ".join(parts),
                f"`{release.example}`",
                f"`{release.file_name('t1ce', release.example)}`",
                labels,
            )
        )
    head = ("data set", "release", "training cases", "folder of a case", "its T1ce")
    return markdown((*head, "labels on disk"), rows)


def scans_table(path=_SCANS):
    """Returns what preparation regains of moved scans, a line for each kind of grids.

    Args:
        path: of the rows that `benchmarks.scans.bench` writes, one for each scan.

    Returns:
        Markdown: errors, Dice with the moved mask and Dice with the truth; or a
        sentence where nothing has been measured.
    """
    if not path.is_file():
        return f"Not measured yet: {_MEASURE}."
    rows = read_text(path, f"{_MEASURE} writes it").to_dict("records")
    kinds = {}
    for row in rows:
        kinds.setdefault(row["grids"], []).append(row)
    regain = ["grids", "scans"]
    regain += [f"{name}: error, mean / worst [mm]" for name in _IMAGES.values()]
    regain += [f"{name}: Dice with the moved mask" for name in _REGIONS.values()]
    truth = ["grids", "scans"]
    truth += [f"{name}: Dice, scan / untouched case" for name in _REGIONS.values()]
    count = f"**Scans: n = {len(rows)}. Cases: {len({row['case'] for row in rows})}.**"
    tables = (
        markdown(regain, [_regained(kind, kinds[kind]) for kind in sorted(kinds)]),
        "Dice with the truth:",
        markdown(truth, [_with_truth(kind, kinds[kind]) for kind in sorted(kinds)]),
    )
    return "\n\n".join([count, *tables])


def _regained(kind, rows):
    line = [kind, len(rows)]
    for name in _IMAGES:
        worst = max(_values(rows, f"{name}_worst_mm"))
        line.append(f"{fmean(_values(rows, f'{name}_mean_mm')):.2f} / {worst:.2f}")
    for name in _REGIONS:
        dice = _values(rows, f"{name}_dice_of_moved_mask")
        line.append(f"{fmean(dice):.3f} ({min(dice):.3f})")
    return line


def _with_truth(kind, rows):
    line = [kind, len(rows)]
    for name in _REGIONS:
        scan, untouched = (
            fmean(_values(rows, f"{name}_dice_of_truth{which}"))
            for which in ("", "_untouched")
        )
        line.append(f"{scan:.3f} / {untouched:.3f}")
    return line


def _values(rows, column):
    return [float(row[column]) for row in rows]


def _reading():
    columns = {"pipeline": "reading", "source": "from", "batch": "batch", "ms": "ms"}
    columns["slower"] = "times the cache's time"
    return plain_table("data", "make bench-data DATA=folder", columns)


def _scoring():
    columns = {"program": "program", "scores": "scores", "ms": "ms"}
    columns["times_ours"] = "times our time"
    return plain_table("metrics", "make bench-metrics DATA=folder", columns)


def _official():
    columns = {"program": "program", "scores": "scores of three regions"}
    columns |= {"cpu_ms": "processor ms", "cpu_times_ours": "times our time"}
    return plain_table("metrics_official", "make bench-metrics DATA=folder", columns)


def _towers():
    columns = {"variant": "variant", "ms": "ms", "images_per_s": "slices per second"}
    columns["ratio_to_one_device"] = "times one device's time"
    columns["same_step_as"] = "the same step as"
    return plain_table("towers", "make bench-towers", columns)


def _backends():
    columns = {"network": "network", "part": "part", "batch": "batch"}
    columns |= {"precision": "type", "variant": "backend", "device": "device"}
    columns |= {"ms": "ms", "first_s": "first call, s"}
    columns["ratio_to_tensorflow"] = "times TensorFlow's time"
    return plain_table("backends", "make bench-backends", columns)
