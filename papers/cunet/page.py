"""The generated parts of this paper's page."""

from functools import partial

from papers import pages
from papers.cunet.networks import bfcn, cu_net, drn, unet, without_heads
from papers.cunet.tables import TABLES

SHAPE = (240, 240, 4)


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: this paper.
        results: folder of all results.
    """
    cascade = cu_net(SHAPE)
    builders = {
        "cu_net, in training": lambda: cascade,
        "cu_net, two branches only": partial(without_heads, cascade),
        "unet": partial(unet, SHAPE),
        "bfcn": partial(bfcn, SHAPE),
        "drn": partial(drn, SHAPE),
    }
    rows = []
    for name, build in builders.items():
        model, builder = build(), name.split(",")[0]
        rows.append(
            (
                name,
                "none",
                f"{model.count_params():,}",
                f"{pages.trainable_parameters(model):,}",
                f"`networks.{builder}`",
            )
        )
    head = ("network", "parameters, published", "ours", "trainable", "built in")
    return {
        "network": pages.network_diagram(without_heads(cascade)),
        "methods": pages.markdown(head, rows),
        "profiles": pages.profiles_table(paper),
        "results": pages.results_table(results / paper.id, TABLES),
        "protocol": pages.protocol_table(paper),
    }
