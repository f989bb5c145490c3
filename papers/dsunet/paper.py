"""The declaration of this paper, which the registry hands out."""

from papers.dsunet.claims import CLAIM_TABLE
from papers.dsunet.protocol import METHODS, PROFILES, Protocol
from papers.dsunet.tables import PAIRED, TABLES
from papers.engine.paper import Paper

PAPER = Paper(
    id="dsunet",
    title="3D U-Net with depth-wise separable and dilated convolutions",
    citation="authors and venue unknown, BraTS 2018, in Keras",
    dataset="brats18",
    profiles=PROFILES,
    published=Protocol(),
    methods=METHODS,
    tables=TABLES,
    derived={"paired.csv": PAIRED, "claims.csv": CLAIM_TABLE},
    phantom={"hgg": 15, "lgg": 5, "shape": (48, 64, 64)},
)
