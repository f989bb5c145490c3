"""The table of moved scans: each kind of grids with its n, mean and worst."""

from benchmarks.scans.table import add_row
from papers.engine.pages.folders import scans_table

IMAGES, REGIONS = ("flair", "t1", "t2"), ("wt", "tc", "et")


def row(case, grids, mean, worst, dice):
    line = {"case": case, "grids": grids}
    for name in IMAGES:
        line |= {f"{name}_mean_mm": str(mean), f"{name}_worst_mm": str(worst)}
    line |= {f"{name}_dice_of_moved_mask": str(dice) for name in REGIONS}
    for name in REGIONS:
        line[f"{name}_dice_of_truth"] = str(dice - 0.1)
        line[f"{name}_dice_of_truth_untouched"] = str(dice + 0.01)
    return line


def test_means_are_over_scans_and_the_worst_is_shown(tmp_path):
    path = tmp_path / "own_scan.csv"
    assert scans_table(path).startswith("Not measured yet: `.venv/bin/python -m bench")
    add_row(path, row("a", "1 mm", 0.2, 1.5, 0.9))
    add_row(path, row("b", "1 mm", 0.4, 0.9, 0.7))
    add_row(path, row("a", "5 mm", 0.7, 2.5, 0.6))
    lines = scans_table(path).splitlines()
    assert lines[0] == "**Scans: n = 3. Cases: 2.**"
    shown = [line for line in lines if line.startswith(("| 1 mm", "| 5 mm"))]
    error, dice = " | 0.30 / 1.50", " | 0.800 (0.700)"
    assert shown[0] == f"| 1 mm | 2{3 * error}{3 * dice} |"
    assert shown[1].startswith("| 5 mm | 1 | 0.70 / 2.50")
    assert shown[2] == f"| 1 mm | 2{3 * ' | 0.700 / 0.810'} |"
