"""The generated parts of this paper's page."""

from papers.dsunet.cost import giga_macs
from papers.dsunet.networks import isensee2017, separable_unet
from papers.dsunet.tables import TABLES
from papers.engine import pages

PUBLISHED = {(isensee2017, 1): "8,269,331", (separable_unet, 3): "3,757,945"}


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: the paper's declaration.
        results: the folder of all results.
    """
    rows = []
    for build, labels in ((isensee2017, 1), (isensee2017, 3), (separable_unet, 3)):
        model = build(labels=labels)
        rows.append(
            (
                f"`{build.__name__}`",
                labels,
                PUBLISHED.get((build, labels), ""),
                f"{model.count_params():,}",
                f"{giga_macs(model):.1f}",
                f"`networks.{build.__name__}`",
            )
        )
    head = ("network", "outputs", "parameters, published", "ours", "GMAC at 128³")
    return {
        "network": pages.network_diagram(separable_unet()),
        "methods": pages.markdown((*head, "built in"), rows),
        "profiles": pages.profiles_table(paper),
        "results": pages.results_table(results / paper.id, TABLES),
        "protocol": pages.protocol_table(paper),
    }
