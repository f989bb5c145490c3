"""The generated parts of this paper's page."""

from functools import partial

from common.reporting.text import read_text
from papers.cunet.claims import CLAIM_TABLE
from papers.cunet.networks import bfcn, cu_net, drn, unet, without_heads
from papers.cunet.protocol import METHODS
from papers.cunet.tables import TABLES
from papers.engine import pages
from papers.engine.costs import Cost, benchmark, costs_table

SHAPE = (240, 240, 4)


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: the paper's declaration.
        results: the folder of all results.
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
        "costs": costs_table(costs(paper)),
        "profiles": pages.profiles_table(paper),
        "results": pages.results_table(results / paper.id, TABLES),
        "claims": claims_table(results / paper.id),
        "protocol": pages.protocol_table(paper),
    }


def costs(paper):
    """Returns what each profile takes, a `papers.engine.costs.Cost` by profile."""
    networks = ("unet", "bfcn", "drn", "cun_lws", "cun_lws")  # CUN is the same network
    seconds = [
        benchmark("cunet", "s", network=name, part="train", variant="shipped")
        for name in networks
    ]
    epochs = paper.published.training.epochs
    return {
        "demo": Cost(
            command="make reproduce-cunet",
            hours=6 / 60,
            measured=True,
            basis="6 minutes for all five methods on a phantom",
        ),
        "cpu": Cost(
            command="make reproduce-cunet DATA=cubes32 PROFILE=cpu EPOCHS=4",
            hours=0.3,
            basis="4 epochs of five methods; U-Net, BFCN and CUN took 25 to 105 s of "
            "processor time per epoch",
        ),
        "half": Cost(
            command="make reproduce-cunet DATA=half2mm PROFILE=half",
            hours=2.0,
            basis="12 epochs of five methods, 17 patients, at profile cpu's speed in "
            "proportion to pixels",
        ),
        "paper": Cost(
            command="make reproduce-cunet DATA=brats17 PROFILE=paper",
            hours=13_700 / 2 * epochs * sum(seconds) / 3600,
            basis=f"{epochs} epochs of 13,700 slices and five networks at the speed in "
            "benchmarks/results/cunet.csv",
        ),
    }


def claims_table(folder):
    """Returns a table of the orders that the paper claims and what our runs say.

    Args:
        folder: a results folder; `claims.csv` is read.
    """
    lines = read_text(folder / "claims.csv", "`make tables` writes it")
    titles = {method.id: method.title for method in METHODS}
    rows = []
    for claim in CLAIM_TABLE.claims:
        head = (
            claim.text,
            f"{claim.score}, {titles[claim.second]} minus {titles[claim.first]}",
            f"{CLAIM_TABLE.published(claim)['published_difference']:+.4f}",
        )
        of_claim = (lines["first"] == claim.first) & (lines["second"] == claim.second)
        runs = lines[of_claim & (lines["score"] == claim.score)]
        rows += [(*head, *_run(run)) for run in runs.to_dict("records")]
        if runs.empty:
            rows.append((*head, "", "", "", "not run on real data", ""))
    head = ("claim", "difference of", "published", "cases", "ours", "n", "verdict")
    head = (*head, "run")
    return pages.markdown(head, rows)


def _run(run):
    """Returns the cases, the difference with its interval, n, verdict and run."""
    ours = f"{float(run['difference']):+.4f}"
    if run["ci_low"]:
        ours += f" [{float(run['ci_low']):+.4f}, {float(run['ci_high']):+.4f}]"
    where = f"{run['data']} {run['coverage']}, {run['profile']}, {run['budget']}"
    where = "; ".join(filter(None, [where, run["note"]]))
    return run["cases"], ours, run["n_patients"], run["verdict"], where
