"""The generated parts of this paper's page."""

from common.reporting.text import read_text
from papers.dsunet.claims import CLAIMS
from papers.dsunet.cost import giga_macs
from papers.dsunet.networks import isensee2017, separable_unet
from papers.dsunet.tables import TABLES
from papers.engine import pages
from papers.engine.costs import Cost, benchmark, costs_table

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
        "costs": costs_table(costs(paper)),
        "profiles": pages.profiles_table(paper),
        "results": pages.results_table(results / paper.id, TABLES),
        "claims": claims_table(results / paper.id),
        "protocol": pages.protocol_table(paper),
    }


def claims_table(folder):
    """Returns a table of the paper's claim by score and selection of cases.

    Args:
        folder: a results folder; `claims.csv` is read.
    """
    lines = read_text(folder / "claims.csv", "`make tables` writes it")
    rows = []
    for claim in CLAIMS:
        runs = lines[lines["score"] == claim.score].to_dict("records")
        rows += [(claim.score, *_run(run)) for run in runs]
        if not runs:
            rows.append((claim.score, "", "", "", "", "not run on real data", ""))
    head = ("score", "cases", "proposed minus Isensee", "patients", "empty regions")
    return pages.markdown((*head, "verdict", "run"), rows)


def _run(run):
    """Returns cases, difference with interval, n, rule, verdict and run."""
    ours = f"{float(run['difference']):+.4f}"
    if run["ci_low"]:
        ours += f" [{float(run['ci_low']):+.4f}, {float(run['ci_high']):+.4f}]"
    words = run["convention"].split("; ")
    rule = ", ".join(part for part in words if "empty" in part)
    where = f"{run['data']} {run['coverage']}, {run['profile']}, {run['budget']}"
    where = "; ".join(filter(None, [where, run["note"]]))
    return run["cases"], ours, run["n_patients"], rule, run["verdict"], where


def costs(paper):
    """Returns what each profile takes, a `papers.engine.costs.Cost` by profile."""
    case = {"precision": "float32", "n4": "False"}
    seconds = [
        benchmark("dsunet_case", "step_s", method=method.id, **case)
        for method in paper.methods
    ]
    epochs = paper.published.training.epochs
    networks = {method.builder for method in paper.methods}
    half = sum(
        benchmark("dsunet", "s", network=name, variant="shipped", side="64")
        for name in sorted(networks)
    )
    half *= 40 * 29 / 3600
    return {
        "demo": Cost(
            command="make reproduce-dsunet",
            hours=5 / 60,
            measured=True,
            basis="3 to 5 minutes for both networks on a phantom",
        ),
        "cpu": Cost(
            command="make reproduce-dsunet DATA=cubes32 PROFILE=cpu FOLDS=0 EPOCHS=8",
            hours=2 * 8 / 60,
            basis="about a minute per epoch of 190 steps, both networks",
        ),
        "half": Cost(
            command="make reproduce-dsunet DATA=half2mm PROFILE=half FOLDS=0",
            hours=half,
            basis="40 epochs of 29 cases, one fold, both networks, at the speed in "
            "benchmarks/results/dsunet.csv",
        ),
        "paper": Cost(
            command="make reproduce-dsunet DATA=brats18 PROFILE=paper FOLDS=0",
            hours=228 * epochs * sum(seconds) / 3600,
            hardware="2 CPU cores, 6 GB",
            basis=f"at most {epochs} epochs of 228 cases, one fold, both networks, at "
            "the speed in benchmarks/results/dsunet_case.csv",
        ),
    }
