"""The generated parts of this paper's page."""

from common.reporting.text import read_text
from papers.engine import pages
from papers.engine.costs import Cost, costs_table
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
        "costs": costs_table(costs(paper)),
        "profiles": pages.profiles_table(paper),
        "results": pages.results_table(folder, TABLES[:6]),
        "claims": claims_table(folder),
        "protocol": pages.protocol_table(paper),
    }


def costs(paper):
    """Returns what each profile takes, a `papers.engine.costs.Cost` by profile."""
    methods = sum(method.by_default for method in paper.methods)
    return {
        "demo": Cost(
            command="make reproduce-hierdice",
            hours=8 / 60,
            measured=True,
            basis="6 to 8 minutes for six methods on a phantom",
        ),
        "cpu": Cost(
            command="make reproduce-hierdice DATA=cubes32 PROFILE=cpu FOLDS=0 EPOCHS=4",
            hours=0.3,
            basis="4 epochs of six methods; the residual U-Net took about 50 s of "
            "processor time per epoch",
        ),
        "paper": Cost(
            command="make reproduce-hierdice DATA=brats2015 PROFILE=paper SPLIT=all",
            hours=methods * 35e15 * 2 / 200e9 / 3600,
            basis=f"{methods} methods of 35 PMAC each, 11,500 iterations of 24 slices, "
            "at 200 GFLOP/s",
        ),
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
