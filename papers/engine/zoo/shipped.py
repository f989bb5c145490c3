"""Weights that lie in the repository: finished runs that `weights export` wrote."""

from dataclasses import dataclass
from pathlib import Path

from common.files import read_json
from papers import registry
from papers.engine.zoo.export import CARD

ROOT = Path(__file__).resolve().parents[3]
RESULTS = ROOT / "results"
FOLDER = "weights"


@dataclass(frozen=True)
class Shipped:
    """Weights that were trained here, as a folder that `predict` takes.

    Args:
        folder: the run's folder.
        card: what `papers.engine.zoo.export` says of it, values by name.
    """

    folder: Path
    card: dict


def nearest(folder):
    """Returns a folder below the current one or, where it is only there, the suite's.

    So weights and results are found from everywhere, as the suite itself is.

    Args:
        folder: such as `weights/anisocascade`.
    """
    folder = Path(folder)
    own = ROOT / folder
    return own if own.exists() and not folder.exists() else folder


def shipped(paper, results=None):
    """Returns the `Shipped` weights of a paper, in the order of its methods.

    Args:
        paper: the `papers.engine.paper.Paper`.
        results: folder of all results; by default that of the repository.
    """
    folder = (results or RESULTS) / paper.id / FOLDER
    order = [method.id for method in paper.methods]
    found = [
        Shipped(card.parent, read_json(card))
        for card in sorted(folder.glob(f"*/{CARD}"))
    ]
    return sorted(found, key=lambda one: order.index(one.card["method"]))


def default_weights(paper_id, imported):
    """Returns the folder of the weights that are used where none are named.

    Args:
        paper_id: the paper.
        imported: folder of weights that were imported, which come first if they are
            there.

    Returns:
        `imported`; or, where it is not there, the shipped run of the paper's last
        method, such as the cascade behind a single network; or `imported`, where
        nothing is shipped, so that it can be named as missing.
    """
    if imported.exists() or not (RESULTS / paper_id / FOLDER).is_dir():
        return imported
    runs = shipped(registry.paper(paper_id))
    return runs[-1].folder if runs else imported
