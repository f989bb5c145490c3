"""The generated parts of this paper's page."""

from common.reporting.cells import GROUP
from common.reporting.text import read_text
from papers.engine import pages
from papers.engine.costs import Cost, costs_table, speed_table
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
        "speed": speed_table("hierdice", "make bench-hierdice"),
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
        "half": Cost(
            command="make reproduce-hierdice DATA=half2mm PROFILE=half FOLDS=0",
            hours=2.3,
            basis="20 epochs of six methods, 29 patients' slices with tumor, at "
            "profile cpu's speed in proportion to pixels",
        ),
        "paper": Cost(
            command="make reproduce-hierdice DATA=brats2015 PROFILE=paper",
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
    lines = read_text(folder / "claims.csv", "`make tables` writes it")
    rows = []
    scores = {}
    for claim in CLAIMS:
        scores.setdefault(claim.text, []).append(claim.score)
    for text, several in scores.items():
        name = several[0] if len(several) == 1 else f"{len(several)} scores"
        of_claim = lines[lines["claim"] == text]
        for _, runs in of_claim.groupby(GROUP, sort=False):
            rows.append((text, name, *_run(runs)))
        if of_claim.empty:
            rows.append((text, name, "", "", "", "not run", ""))
    head = ("claim", "score", "difference", "other pixels per ET pixel", "patients")
    return pages.markdown((*head, "verdict", "run"), rows)


def _run(runs):
    """Returns what a run says of a claim: difference, balance, n, verdict and run.

    Args:
        runs: its lines, one per score. Of several, the differences' range is shown and
            how many have each verdict.
    """
    run = runs.iloc[0].to_dict()
    verdict = run["verdict"]
    ours = f"{float(run['difference']):+.4f}" if run["difference"] else ""
    if len(runs) > 1:
        counts = runs["verdict"].value_counts()
        verdict = ", ".join(f"{n} {name}" for name, n in counts.items())
        found = [float(value) for value in runs["difference"] if value]
        ours = f"{min(found):+.4f} to {max(found):+.4f}" if found else ""
    elif run["ci_low"]:
        ours += f" [{float(run['ci_low']):+.4f}, {float(run['ci_high']):+.4f}]"
    where = f"{run['data']} {run['coverage']}, {run['profile']}, {run['budget']}, split"
    where = "; ".join(filter(None, [f"{where} {run['split']}", run["note"]]))
    balance = f"{float(run['others_per_et_pixel']):,.0f}"
    return ours, balance, run["n_patients"], verdict, where
