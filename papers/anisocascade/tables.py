"""Tables 1 and 2 as data: published teams, released weights, weights trained here."""

from pathlib import Path

from common.metrics.conventions import find_convention
from common.reporting.aggregate import Mean
from common.reporting.table import Column, Row, Table
from papers.anisocascade.protocol import CONVENTION
from papers.anisocascade.seen import is_untold, patient_of_name, seen_as

_PUBLISHED = Path(__file__).parent / "published"
_REGIONS = {"et": "enhancing tumor", "wt": "whole tumor", "tc": "tumor core"}


def _columns(score, label, key=None):
    words = find_convention(CONVENTION).describe(score)
    return tuple(
        Column(
            f"{region}_{key or score}",
            f"{label} ({name})",
            Mean(f"{region}_{score}", prefix=f"{region}_"),
            f"mean over test cases; {words}",
        )
        for region, name in _REGIONS.items()
    )


DICE = _columns("dice", "Dice")
# inferred: the paper says Hausdorff, but the server's magnitudes are those of HD95.
HAUSDORFF = _columns("hd95", "Hausdorff, 95 % [mm]", key="hausdorff")
SENSITIVITY = _columns("sensitivity", "Sensitivity")
SPECIFICITY = _columns("specificity", "Specificity")

# The paper's own weights were never released, so that no row here repeats it. A reader
# compares our rows with it all the same.
_ROWS = (
    Row("ucl_tig", "UCL-TIG: the paper's method, as published"),
    Row("biomedia1", "biomedia1"),
    Row("mic_dkfz", "MIC-DKFZ"),
    Row("pvg", "pvg"),
    Row("zhouch", "Zhouch"),
    Row("released_reported_1", "Released weights, reported by others (1)"),
    Row(
        "released_reported_2",
        "Released weights, or a re-training, reported by others (2)",
    ),
    Row("released", "Released weights, run here", "released", beside="ucl_tig"),
    Row("cascade", "Trained here, three views", "cascade", beside="ucl_tig"),
    Row(
        "cascade-axial",
        "Trained here, axial view only",
        "cascade-axial",
        beside="ucl_tig",
    ),
)


# How a remark begins on cases that the released weights have seen.
SEEN = "the authors trained on"


def seen_before(cases):
    """Returns a remark on the cases that the released weights were trained on."""
    names = set(cases["case"][cases["method"] == "released"])
    seen = sorted(_named(name) for name in names if seen_as(name))
    if not seen:
        untold = [name for name in names if is_untold(name)]
        if not untold:
            return ""
        return (
            f"the authors used BraTS 2017, and {len(untold)} of these "
            f"{len(names)} cases may be from it: their names do not tell"
        )
    what = seen[0] if len(names) == 1 else f"{len(seen)} of these {len(names)} cases"
    return f"{SEEN} {what}"


def _named(case_id):
    """Returns a case's name and, where it is not the same, that of the training."""
    original = seen_as(case_id)
    same = patient_of_name(original) == patient_of_name(case_id)
    return case_id if same else f"{case_id}, which is {original}"


_NOTE = "published: BraTS 2017's validation set, 46 cases, scored by its server"

TABLES = (
    Table(
        "1",
        "Dice and Hausdorff measurements",
        _ROWS,
        (*DICE, *HAUSDORFF),
        _PUBLISHED / "table1.csv",
        _NOTE,
        dataset="brats17",
        remark=seen_before,
        seen_mark=SEEN,
    ),
    Table(
        "2",
        "Sensitivity and specificity",
        tuple(row for row in _ROWS if not row.key.startswith("released_reported")),
        (*SENSITIVITY, *SPECIFICITY),
        _PUBLISHED / "table2.csv",
        _NOTE,
        dataset="brats17",
        remark=seen_before,
        seen_mark=SEEN,
    ),
)
