"""Table 1 as data, and the paired comparison of the two cascades."""

from pathlib import Path

from common.metrics.conventions import find_convention
from common.reporting.aggregate import Mean
from common.reporting.paired import Paired
from common.reporting.table import Column, Row, Table
from papers.cunet.protocol import CONVENTION, METHODS

DATASET = "brats17"
TABLE1_CSV = Path(__file__).parent / "published" / "table1.csv"
_REGIONS = {"wt": "whole tumor", "tc": "tumor core", "et": "enhancing tumor"}
_LABELS = {
    "dice": "Dice",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity, whole volume",
    "specificity_slices": "Specificity, slices with tumor",
}


def _column(region, score):
    words = find_convention(CONVENTION).describe(score)
    return Column(
        f"{region}_{score}",
        f"{_LABELS[score]} ({_REGIONS[region]})",
        Mean(f"{region}_{score}", prefix=f"{region}_"),
        f"mean over test cases; {words}",
        # The paper does not state the pool.
        f"{region}_specificity" if score == "specificity_slices" else None,
    )


COLUMNS = tuple(_column(region, score) for region in _REGIONS for score in _LABELS)
MEANS = tuple(
    Column(
        f"mean_{score}",
        f"{_LABELS[score]}, mean of the regions",
        Mean(f"mean_{score}", parts=tuple(f"{region}_" for region in _REGIONS)),
        "mean over test cases where all three regions are defined; "
        f"{find_convention(CONVENTION).describe(score)}",
    )
    for score in ("dice", "sensitivity")
)

PAIRED = Paired("cun", "cun_lws", (*COLUMNS, *MEANS))

TABLES = (
    Table(
        "1",
        "Dice score, sensitivity and specificity of the five methods",
        tuple(Row(method.id, method.title, method.id) for method in METHODS),
        (*COLUMNS, *MEANS),
        TABLE1_CSV,
        "the pool of the published specificity is not stated: it stands beside both, "
        "and fits slices with tumor: compare there; claims.csv says whether "
        "sensitivity rises with LWS and Dice does not, as published",
        dataset=DATASET,
    ),
)
