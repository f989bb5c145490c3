"""Table 1 as data: the two networks, run here, beside the teams of 2017."""

from pathlib import Path

from common.metrics.conventions import find_convention
from common.reporting.aggregate import Mean
from common.reporting.paired import Paired
from common.reporting.table import Column, Row, Table
from papers.dsunet.protocol import CONVENTION

_PUBLISHED = Path(__file__).parent / "published"
_REGIONS = {"et": "enhancing tumor", "wt": "whole tumor", "tc": "tumor core"}
_WORDS = find_convention(CONVENTION).describe("dice")

PARAMETERS = (
    Column(
        "parameters",
        "Parameters",
        Mean("parameters"),
        "with as many outputs as the published number counts: isensee2017 1, the "
        "proposed network 3",
    ),
    Column(
        "parameters_trained",
        "Parameters of the network that was run",
        Mean("parameters_trained"),
        "with 3 outputs",
    ),
    Column(
        "gmac",
        "GMAC of a forward pass at 128x128x128",
        Mean("gmac"),
        "multiply-adds of the convolutions in 10^9, with 3 outputs",
    ),
)
DICE = tuple(
    Column(
        f"{region}_dice",
        f"Dice ({name})",
        Mean(f"{region}_dice", prefix=f"{region}_"),
        f"mean over test cases; {_WORDS}",
    )
    for region, name in _REGIONS.items()
)
MEAN_DICE = Column(
    "mean_dice",
    "Dice, average",
    Mean("mean_dice", parts=tuple(f"{region}_" for region in _REGIONS)),
    f"mean over test cases of the three regions' mean; {_WORDS}; the paper does not "
    "say what its average is over",
)

TABLES = (
    Table(
        "1",
        "Dice scores of validation set",
        (
            Row("proposed", "Proposed: separable, dilated", "separable"),
            Row("isensee2017", "Isensee et al. 2017", "isensee"),
            Row("isensee2017_test", "Isensee et al. 2017, test set of 2017"),
            Row("ucl_tig", "UCL-TIG"),
            Row("biomedia1", "biomedia1"),
            Row("zhouch", "Zhouch"),
            Row("pvg", "pvg"),
            Row("s3d_unet", "S3D-UNet (not in the paper)"),
            Row("s3d_unet_test", "S3D-UNet, test set of 2018 (not in the paper)"),
            Row("3dunetcnn", "ellisdg/3DUnetCNN, 2020 (not in the paper)"),
        ),
        (*PARAMETERS, *DICE, MEAN_DICE),
        _PUBLISHED / "table1.csv",
        "the paper's own table is lost: its Dice by region is unknown, its average "
        "0.846 is of unnamed regions; the other rows are of other sources, on the "
        "validation set of 2017 unless they say otherwise",
        dataset="brats18",
    ),
)

PAIRED = Paired("isensee", "separable", (*DICE, MEAN_DICE))
