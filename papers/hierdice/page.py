"""The generated parts of this paper's page."""

from papers import pages
from papers.hierdice.networks import (
    fcn8s_vgg16,
    residual_unet,
    resnet50_skip,
    unet,
)
from papers.hierdice.tables import TABLES

SHAPE = (240, 240, 4)


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: this paper.
        results: folder of all results.
    """
    rows = []
    for build in (fcn8s_vgg16, unet, resnet50_skip, residual_unet):
        model = build(SHAPE)
        rows.append(
            (
                f"`{build.__name__}`",
                "not stated",
                f"{model.count_params():,}",
                f"{pages.trainable_parameters(model):,}",
                f"`networks.{build.__name__}`",
            )
        )
    head = ("network", "parameters, published", "ours", "trainable", "built in")
    folder = results / paper.id
    return {
        "network": pages.network_diagram(residual_unet(SHAPE)),
        "methods": pages.markdown(head, rows),
        "profiles": pages.profiles_table(paper),
        "results": pages.results_table(folder, TABLES[:6]),
        "protocol": pages.protocol_table(paper),
    }
