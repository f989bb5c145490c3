"""The declaration of this paper, which the registry hands out."""

from papers.engine.paper import Paper
from papers.linkdsl.claims import CLAIM_TABLE
from papers.linkdsl.protocol import METHODS, PROFILES, Protocol
from papers.linkdsl.tables import DICE, MEAN_IOU, TABLES

PAPER = Paper(
    id="linkdsl",
    title="Brain Tumor Segmentation by Cascaded Deep Neural Networks Using "
    "Multiple Image Scales",
    citation="Sobhaninia, Rezaei, Karimi, Emami, Samavi, 2020, arXiv:2002.01975",
    dataset="figshare",
    profiles=PROFILES,
    published=Protocol(),
    methods=METHODS,
    tables=TABLES,
    splits=("image", "patient"),
    leak_methods=("linknet", "cdsl"),
    leak_columns=(DICE, MEAN_IOU),
    derived={"claims.csv": CLAIM_TABLE},
    phantom={"count": 160, "size": 256},
)
