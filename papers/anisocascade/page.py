"""The generated parts of this paper's page."""

from papers.anisocascade.networks import enet, tnet, wnet
from papers.anisocascade.tables import TABLES
from papers.engine import pages

SHAPE = (19, 144, 144, 4)
# Trainable parameters of the authors' checkpoints; the paper prints none.
CHECKPOINTS = {"wnet": 214_470, "tnet": 214_470, "enet": 204_396}


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: the paper's declaration.
        results: the folder of all results.
    """
    builders = {"wnet": wnet, "tnet": tnet, "enet": enet}
    networks = {name: build(SHAPE) for name, build in builders.items()}
    rows = [
        (
            f"`{name}`",
            f"{CHECKPOINTS[name]:,}",
            f"{pages.trainable_parameters(model):,}",
            f"{pages.trainable_parameters(builders[name](SHAPE, 48)):,}",
            f"`networks.{name}`",
        )
        for name, model in networks.items()
    ]
    head = ("network", "released checkpoints", "ours, 32 channels", "ours, 48")
    return {
        "network": pages.network_diagram(networks["wnet"]),
        "methods": pages.markdown((*head, "built in"), rows),
        "profiles": pages.profiles_table(paper),
        "results": pages.results_table(results / paper.id, TABLES),
        "protocol": pages.protocol_table(paper),
    }
