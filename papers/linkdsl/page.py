"""The generated parts of this paper's page."""

from papers.engine import pages
from papers.linkdsl.networks import linknet
from papers.linkdsl.protocol import METHODS
from papers.linkdsl.tables import DICE, MEAN_IOU, TABLES

SIZE = 512  # pixels


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: the paper's declaration.
        results: the folder of all results.
    """
    networks = {method: network(method) for method in METHODS}
    rows = [
        (
            f"`{method.id}`",
            method.title,
            "not stated",
            f"{pages.trainable_parameters(model):,}",
            "`networks.linknet`",
        )
        for method, model in networks.items()
    ]
    head = ("id", "method", "parameters, published", "ours (trainable)", "built in")
    dual = next(model for method, model in networks.items() if method.id == "dual")
    folder = results / paper.id
    return {
        "network": pages.network_diagram(dual),
        "methods": pages.markdown(head, rows),
        "profiles": pages.profiles_table(paper),
        "results": pages.results_table(folder, TABLES[:3]),
        "readings": pages.results_table(folder, TABLES[3:]),
        "leak": pages.leak_table(folder, (DICE, MEAN_IOU)),
        "protocol": pages.protocol_table(paper),
    }


def network(method):
    """Builds a method's (last) network at full size."""
    channels = 1 if method.previous is None else 2
    return linknet((SIZE, SIZE, channels), method.scales)
