"""The declaration of this paper, which the registry hands out."""

from papers.engine.paper import Paper
from papers.hierdice.claims import CLAIM_TABLE
from papers.hierdice.protocol import METHODS, PROFILES, Protocol
from papers.hierdice.tables import TABLES

PAPER = Paper(
    id="hierdice",
    title="Brain Tumor Segmentation Based on Refined Fully Convolutional Neural "
    "Networks with A Hierarchical Dice Loss",
    citation="Zhang, Shen, Zhuo, Zhou, 2017, arXiv:1712.09093",
    dataset="brats15",
    profiles=PROFILES,
    published=Protocol(),
    methods=METHODS,
    tables=TABLES,
    derived={"claims.csv": CLAIM_TABLE},
    more_splits=("all",),
    # 4.2: "All figures in the tables are the average values from LGG training data
    # set".
    profile_splits={"paper": ("all",)},
    phantom={"hgg": 1, "lgg": 9, "shape": (32, 48, 48)},
)
