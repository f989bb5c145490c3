"""Table 1 as data, and whether our rows support what the paper concludes from it."""

from pathlib import Path

from common.metrics.conventions import find_convention
from common.reporting.aggregate import Mean
from common.reporting.paired import Paired
from common.reporting.table import Column, Row, Table
from papers.cunet.claims import Claim, Claims
from papers.cunet.protocol import CONVENTION, METHODS

_DATASET = "brats17"
_PUBLISHED = Path(__file__).parent / "published"
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
        # The paper does not say over which pool it is.
        f"{region}_specificity" if score == "specificity_slices" else None,
    )


COLUMNS = tuple(_column(region, score) for region in _REGIONS for score in _LABELS)
MEANS = tuple(
    Column(
        f"mean_{score}",
        f"{_LABELS[score]}, mean of the regions",
        Mean(f"mean_{score}"),
        "mean over test cases where all three regions are defined; "
        f"{find_convention(CONVENTION).describe(score)}",
    )
    for score in ("dice", "sensitivity")
)

_OTHERS = ("unet", "bfcn", "drn")
_LWS_UP = "loss weighted sampling raises the sensitivity (3.3)"
_LWS_DICE = "loss weighted sampling does not raise the mean Dice (Table 1; no sentence)"
_BEST = "CUN+LWS has the best sensitivity of the five (3.3)"
_BETTER = "CUN outperforms the three others in Dice and in sensitivity (3.3)"

PAIRED = Paired("cun", "cun_lws", (*COLUMNS, *MEANS))
CLAIMS = Claims(
    (
        Claim(_LWS_UP, "cun", "cun_lws", "sensitivity"),
        Claim(_LWS_DICE, "cun", "cun_lws", "dice", rises=False),
        *(Claim(_BEST, other, "cun_lws", "sensitivity") for other in _OTHERS),
        *(
            Claim(_BETTER, other, "cun", score)
            for score in ("dice", "sensitivity")
            for other in _OTHERS
        ),
    ),
    {column.key.removeprefix("mean_"): column for column in MEANS},
    _PUBLISHED / "table1.csv",
    _DATASET,
)

TABLES = (
    Table(
        "1",
        "Dice score, sensitivity and specificity of the five methods",
        tuple(Row(method.id, method.title, method.id) for method in METHODS),
        (*COLUMNS, *MEANS),
        _PUBLISHED / "table1.csv",
        "the pool of the published specificity is not stated: it stands beside both, "
        "and fits slices with tumor: compare there; claims.csv says whether "
        "sensitivity rises with LWS and Dice does not, as published",
        dataset=_DATASET,
    ),
)
