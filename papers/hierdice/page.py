"""The generated parts of this paper's page."""

from common.reporting.text import read_text
from papers.engine import pages
from papers.hierdice.claims import CLAIMS
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
        paper: the paper's declaration.
        results: the folder of all results.
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
        "claims": claims_table(folder),
        "protocol": pages.protocol_table(paper),
    }


def claims_table(folder):
    """Returns a table of what the paper concludes and what our runs say.

    Args:
        folder: a results folder; `claims.csv` is read.
    """
    lines = read_text(folder / "claims.csv", "make table-hierdice writes it")
    rows = []
    for claim in CLAIMS:
        runs = lines[lines["claim"] == claim.text].to_dict("records")
        rows += [(claim.text, claim.score, *_run(run)) for run in runs]
        if not runs:
            rows.append((claim.text, claim.score, "", "", "", "not run", ""))
    head = ("claim", "score", "difference", "other pixels per ET pixel", "patients")
    return pages.markdown((*head, "verdict", "run"), rows)


def _run(run):
    """Returns the difference with its interval, balance, n, verdict and run."""
    ours = f"{float(run['difference']):+.4f}" if run["difference"] else ""
    if run["ci_low"]:
        ours += f" [{float(run['ci_low']):+.4f}, {float(run['ci_high']):+.4f}]"
    where = f"{run['data']} {run['coverage']}, {run['profile']}, {run['budget']}, split"
    where = "; ".join(filter(None, [f"{where} {run['split']}", run["note"]]))
    balance = f"{float(run['others_per_et_pixel']):,.0f}"
    return ours, balance, run["n_patients"], run["verdict"], where
