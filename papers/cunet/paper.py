"""The declaration of this paper, which the registry hands out."""

from papers.cunet.claims import CLAIM_TABLE
from papers.cunet.protocol import METHODS, PROFILES, Protocol
from papers.cunet.tables import PAIRED, TABLES
from papers.engine.paper import Paper

PAPER = Paper(
    id="cunet",
    title="CU-Net: Cascaded U-Net with Loss Weighted Sampling for Brain Tumor "
    "Segmentation",
    citation="Liu, Shen, Shang, Wang, 2019, arXiv:1907.07677",
    dataset="brats17",
    profiles=PROFILES,
    published=Protocol(),
    methods=METHODS,
    tables=TABLES,
    derived={"paired.csv": PAIRED, "claims.csv": CLAIM_TABLE},
    curves_note="Training losses hold the L2 term and CUN's auxiliary heads; "
    "validation losses hold neither.",
    phantom={"hgg": 15, "lgg": 1, "shape": (24, 64, 64)},
)
