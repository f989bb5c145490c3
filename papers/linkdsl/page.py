"""The generated parts of this paper's page."""

from pathlib import Path

from common.blank import blank
from papers.engine import pages
from papers.engine.pages import Cost, Headline, Picture, benchmark
from papers.engine.pages.claims import runs_below
from papers.engine.pages.text import NOT_RUN, with_interval
from papers.linkdsl.budgets import budget_table
from papers.linkdsl.claims import CLAIMS
from papers.linkdsl.networks import linknet
from papers.linkdsl.protocol import METHODS
from papers.linkdsl.speed import COMMAND, reading_tables, tried_table
from papers.linkdsl.tables import DICE, MEAN_IOU, TABLES

SIZE = 512  # pixels
HEADLINE = Headline(
    name="Cascaded Dual-Scale LinkNet (Sobhaninia et al. 2020)",
    score="Dice of the cascade",
    table="3",
    printed="cdsl",
    row="cdsl",
    column="dice",
    split="image",
)
ORIGIN = "Images: J. Cheng et al., figshare article 1512427, CC BY 4.0."
BESIDE_PYTORCH = "linkdsl_torch"  # a file of benchmarks/results/
EXAMPLE = Picture(
    "example",
    "A typical test slice of each type of tumor, outlined by an expert, and what the "
    "cascade finds",
    ORIGIN,
)
FIGURE4 = Picture(
    "figure4",
    "Slices, the truth, and what the first network and the cascade find (Figure 4)",
    ORIGIN,
)


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
    return pages.paper_blocks(paper, results) | {
        "network": pages.network_diagram(dual),
        "methods": pages.markdown(head, rows),
        "speed": pages.speed_table("linkdsl_torch", COMMAND),
        "goal": pages.speed_goal("linkdsl_torch"),
        "operations": pages.operations_table("linkdsl_operations", COMMAND),
        "in_use": pages.operations_table("linkdsl_operations", COMMAND, "infer"),
        "tried": tried_table(),
        "reading": reading_tables(),
        "results": pages.results_table(folder, TABLES[:3]),
        "claims": claims_table(folder),
        "budgets": budget_table(folder, TABLES[:3], DICE),
        "figure4": FIGURE4.shown(folder, Path(__file__).parent),
        "readings": pages.results_table(folder, TABLES[3:]),
        "leak": pages.leak_table(folder, (DICE, MEAN_IOU)),
    }


def claims_table(folder):
    """Returns a table of what the paper concludes and what our rows say of it.

    Args:
        folder: a results folder; `claims.csv` is read.
    """
    lines = pages.shown_claims(folder)
    titles, rows = {method.id: method.title for method in METHODS}, []
    for claim in CLAIMS:
        names = f"{titles[claim.second]} minus {titles[claim.first]}"
        pair = (lines["first"] == claim.first) & (lines["second"] == claim.second)
        runs = lines[pair].to_dict("records")
        rows += [(claim.text, names, *_run(run)) for run in runs]
        if not runs:
            rows.append((claim.text, names, "", "", "", "", NOT_RUN))
    head = ("claim", "difference of Dice", "published", "ours")
    head += ("after", "images", "verdict")
    return f"{pages.markdown(head, rows)}\n\n{runs_below(lines)}".rstrip()


def _run(run):
    """Returns published and our difference, of what trainings, images, and verdict."""
    ours = with_interval(run["difference"], run["ci_low"], run["ci_high"], "+")
    published = f"{float(run['published_difference']):+.4f}"
    seeds = run["seeds"].split()
    of = f"{run['budget']}, seed{'s' * (len(seeds) > 1)} {', '.join(seeds)}"
    return published, ours, of, run["n_cases"], run["verdict"]


def costs(paper):
    """Returns what each profile takes, a `papers.engine.pages.Cost` by profile."""
    shipped = {"network": "linknet", "variant": "shipped", "image_size": "128"}
    speed = benchmark("linkdsl", "images_per_s", part="train", batch="8", **shipped)
    epochs, pixels = paper.published.training.epochs, (SIZE / 128) ** 2
    images = epochs * 1961 * paper.published.folds.n_folds * len(METHODS)
    return {
        "demo": Cost(
            command="make reproduce-linkdsl",
            hours=2.0 / 60,
            hardware="2 CPU cores, 3 GB",
            measured=True,
            basis="2.0 minutes on two free cores of an Intel Xeon, "
            "nine trainings, two at once",
        ),
        "cpu": Cost(
            command="make reproduce-linkdsl DATA=folder PROFILE=cpu FOLDS=0 "
            "METHODS=linknet,cdsl EPOCHS=40",
            hours=3 * 40 * 30 / 3600,
            hardware="2 CPU cores, 2 GB",
            basis="three networks, about 30 s per epoch of 764 slices",
        ),
        "paper": Cost(
            command="make reproduce-linkdsl DATA=folder PROFILE=paper",
            hours=images * pixels / speed / 3600,
            basis=f"{epochs} epochs of 1,961 slices, 5 folds and 6 networks at the "
            "speed in benchmarks/results/linkdsl.csv; the authors state 17 hours on a "
            "GTX 1080 Ti",
        ),
    }


def network(method):
    """Builds a method's (last) network at full size, without values."""
    channels = 1 if method.previous is None else 2
    return blank(linknet, (SIZE, SIZE, channels), method.scales)
