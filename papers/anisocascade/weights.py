"""The authors' nine checkpoints: where they are, and what each file must be.

The commit is the one at which a public index of repositories has all files of
`model17`, each in a single version. Whatever a server sends, `checkpoints.csv` decides
by size and SHA-256.
"""

import csv
from pathlib import Path

from papers.engine.zoo.weight_file import WeightFile
from papers.engine.zoo.weights import Weights

COMMIT = "f56034f9e41c317a2a70236ba3eb62f26a2b9993"
_HERE = Path(__file__).parent


def _files():
    with open(_HERE / "checkpoints.csv", newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return tuple(WeightFile(r["name"], int(r["size"]), r["sha256"]) for r in rows)


RELEASED = Weights(
    id="anisocascade-released",
    paper="anisocascade",
    method="released",
    title="WNet, TNet and ENet in three views, as the authors released them",
    data="BraTS 2017, all 285 training cases (papers/anisocascade/trained_on.csv)",
    budget="20,000 to 50,000 iterations each",
    url=f"https://raw.githubusercontent.com/taigw/brats17/{COMMIT}/model17",
    page="https://github.com/taigw/brats17, folder model17",
    license="BSD-3-Clause, University College London",
    license_file=_HERE / "LICENSE-weights.txt",
    files=_files(),
    scored_on="brats21",
    scores={"whole": "wt_dice", "core": "tc_dice", "enhancing": "et_dice"},
)
