"""The declaration of this paper, which the registry hands out."""

from papers.anisocascade.claims import CLAIM_TABLE
from papers.anisocascade.protocol import METHODS, PROFILES, Protocol
from papers.anisocascade.tables import TABLES
from papers.anisocascade.weights import RELEASED
from papers.engine.paper import Paper

PAPER = Paper(
    id="anisocascade",
    title="Automatic Brain Tumor Segmentation using Cascaded Anisotropic "
    "Convolutional Neural Networks",
    citation="Wang, Li, Ourselin, Vercauteren, 2017, arXiv:1709.00382",
    dataset="brats17",
    profiles=PROFILES,
    published=Protocol(),
    methods=METHODS,
    tables=TABLES,
    derived={"claims.csv": CLAIM_TABLE},
    phantom={"hgg": 5, "lgg": 2, "shape": (24, 48, 48)},
    weights=(RELEASED,),
)
