"""The generated parts of this paper's page."""

import re

from common.blank import blank
from common.reporting.cells import GROUP
from papers.engine import pages
from papers.engine.pages import Cost, Headline, Picture
from papers.engine.pages.benchmarks import rows_of
from papers.engine.pages.claims import runs_below
from papers.engine.pages.text import NOT_RUN, number, with_interval
from papers.hierdice.claims import CLAIMS
from papers.hierdice.networks import (
    fcn8s_vgg16,
    residual_unet,
    resnet50_skip,
    unet,
)
from papers.hierdice.protocol import METHODS, TRAINED_ON
from papers.hierdice.tables import TABLES

SHAPE = (240, 240, 4)
BATCH = 24  # slices of a step
REGIONS = {"wt_dice": "complete tumor", "tc_dice": "core", "et_dice": "enhancing"}
CASE = (
    ".venv/bin/python -m benchmarks.hierdice.case brats2015 --steps 240 "
    "--score-every 60 --base-filters 4 --learning-rate 0.003"
)
HEADLINE = Headline(
    name="Refined FCNs with a hierarchical Dice loss (Zhang et al. 2017)",
    score="Dice of the residual U-Net for the complete tumor, on cases trained on",
    table="4",
    printed="res_unet_bootstrap",
    row="res_unet_bootstrap",
    column="wt_dice",
    split=TRAINED_ON,
)
BESIDE_PYTORCH = "hierdice"  # a file of benchmarks/results/
EXAMPLE = Picture(
    "figure8",
    "The truth and what each method finds (Figure 8)",
    "Images: BRATS 2013/2015, CC BY-NC-SA 3.0.",
)


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: the paper's declaration.
        results: the folder of all results.
    """
    rows = []
    for build in (fcn8s_vgg16, unet, resnet50_skip, residual_unet):
        model = blank(build, SHAPE)
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
    return pages.paper_blocks(paper, results) | {
        "network": pages.network_diagram(model),
        "methods": pages.markdown(head, rows),
        "speed": pages.speed_table("hierdice", "make bench-hierdice"),
        "goal": pages.speed_goal("hierdice"),
        "operations": pages.operations_table(
            "hierdice_operations", "make bench-hierdice"
        ),
        "in_use": pages.operations_table(
            "hierdice_operations", "make bench-hierdice", "infer"
        ),
        "results": pages.results_table(folder, TABLES[:6]),
        "claims": claims_table(folder),
        "case": case_table(),
    }


def costs(paper):
    """Returns what each profile takes, a `papers.engine.pages.Cost` by profile."""
    methods = sum(method.by_default for method in paper.methods)
    return {
        "demo": Cost(
            command="make reproduce-hierdice",
            hours=2.2 / 60,
            measured=True,
            basis="2.2 minutes on two free cores of an Intel Xeon, "
            "six methods on a phantom, two at once",
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


def case_table():
    """Returns the Dice of each method on the one case, by steps of training."""
    rows = rows_of("hierdice_case")
    methods = list(dict.fromkeys(rows["method"]))
    first = rows.iloc[0]
    lines = []
    for steps, of_steps in rows.groupby("steps", sort=False):
        by_method = of_steps.set_index("method")
        for region, name in REGIONS.items():
            scores = [number(by_method.loc[one, region]) for one in methods]
            lines.append((steps, name, *scores))
    titles = {method.id: method.title for method in METHODS}
    head = (f"steps of {BATCH} slices", "Dice", *(titles[one] for one in methods))
    return (
        f"{first['slices']} slices of {first['size']} pixels, base width "
        f"{first['base_filters']}, {float(first['others_per_et_pixel']):,.0f} other "
        "pixels per enhancing one; `benchmarks/results/hierdice_case.csv`, by "
        f"`{CASE}`.\n\n{pages.markdown(head, lines)}"
    )


def claims_table(folder):
    """Returns a table of what the paper concludes and what our runs say.

    Args:
        folder: a results folder; `claims.csv` is read.
    """
    lines = pages.shown_claims(folder)
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
            rows.append((text, name, "", "", "", "", NOT_RUN))
    head = ("claim", "score", "split", "difference", "other pixels per ET pixel")
    head = (*head, "patients", "verdict")
    tested = [row for row in rows if not _is_untested(row[-1])]
    rest = [row for row in rows if _is_untested(row[-1])]
    parts = [pages.markdown(head, tested)] if tested else []
    parts.append(runs_below(lines))
    if rest:
        words = f"Not tested: {len(rest)} of {len(rows)} lines, each with its reason"
        parts.append(pages.folded(words, pages.markdown(head, rest)))
    return "\n\n".join(filter(None, parts))


def _is_untested(verdict):
    """Whether a line has no other verdict than that it was not tested."""
    return verdict.startswith(("not ", NOT_RUN)) or bool(
        re.fullmatch(r"\d+ not tested", verdict)
    )


def _run(runs):
    """Returns what a run says of a claim: split, difference, balance, n and verdict.

    Args:
        runs: its lines, one per score. Of several, the differences' range is shown and
            how many have each verdict.
    """
    run = runs.iloc[0].to_dict()
    verdict = run["verdict"]
    if verdict == "not tested":
        verdict = f"{verdict}: {run['note'].split('; ')[0]}"
    ours = ""
    if len(runs) > 1:
        counts = runs["verdict"].value_counts()
        verdict = ", ".join(f"{n} {name}" for name, n in counts.items())
        found = [float(value) for value in runs["difference"] if value]
        ours = f"{min(found):+.4f} to {max(found):+.4f}" if found else ""
    elif run["difference"]:
        ours = with_interval(run["difference"], run["ci_low"], run["ci_high"], "+")
    balance = f"{float(run['others_per_et_pixel']):,.0f}"
    return run["split"], ours, balance, run["n_patients"], verdict
