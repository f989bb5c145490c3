"""The generated parts of this paper's page."""

from functools import partial
from pathlib import Path

from common.blank import blank
from papers.cunet.claims import CLAIM_TABLE
from papers.cunet.networks import bfcn, cu_net, drn, unet, without_heads
from papers.cunet.protocol import METHODS
from papers.cunet.tables import TABLES
from papers.engine import pages
from papers.engine.pages import Cost, Headline, Picture, benchmark
from papers.engine.pages.benchmarks import by_machine
from papers.engine.pages.claims import runs_below
from papers.engine.pages.text import NOT_RUN, with_interval

SHAPE = (240, 240, 4)
BENCH = "make bench-cunet"
SIZE = {"batch": "2", "side": "240"}  # as measured
SPEED = ("first_s", "share_of_peak")  # columns beside the times
HEADLINE = Headline(
    name="CU-Net with loss weighted sampling (Liu et al. 2019)",
    score="Dice of CUN+LWS for the whole tumor",
    table="1",
    printed="cun_lws",
    row="cun_lws",
    column="wt_dice",
)
BESIDE_PYTORCH = "cunet"  # a file of benchmarks/results/
EXAMPLE = Picture(
    "figure3",
    "The truth and what the networks find (Figure 3)",
    "Images: BRATS 2013/2015, CC BY-NC-SA 3.0.",
)
BOXES = Picture(
    "figure4", "Dice and sensitivity of the test cases, by method and region (Figure 4)"
)


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: the paper's declaration.
        results: the folder of all results.
    """
    cascade = blank(cu_net, SHAPE)
    builders = {
        "cu_net, in training": lambda: cascade,
        "cu_net, two branches only": partial(without_heads, cascade),
        "unet": partial(blank, unet, SHAPE),
        "bfcn": partial(blank, bfcn, SHAPE),
        "drn": partial(blank, drn, SHAPE),
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
    return pages.paper_blocks(paper, results) | {
        "network": pages.network_diagram(without_heads(cascade)),
        "methods": pages.markdown(head, rows),
        "results": pages.results_table(results / paper.id, TABLES),
        "claims": claims_table(results / paper.id),
        "boxes": BOXES.shown(results / paper.id, Path(__file__).parent),
        "speed": pages.ratio_table(
            "cunet", BENCH, ("network", "part"), extras=SPEED, where=SIZE
        ),
        "sampling": sampling_cost(),
    }


def sampling_cost():
    """Returns what the sampling costs a training step, from the benchmark's rows."""

    def show(rows):
        for column, wanted in {"network": "cun_lws", "part": "train", **SIZE}.items():
            rows = rows[rows[column] == wanted]
        by = rows.drop_duplicates("variant").set_index("variant")
        if "live" not in by.index:
            return "", "Sampling was not measured."
        alone, fed, bare = (by.loc[n] for n in ("sampling", "live", "live unsampled"))
        lines = [
            ("a step, its truth in memory", *_seconds(by.loc["shipped"])),
            ("a step that the background thread feeds", *_seconds(bare)),
            ("the same with sampling", *_seconds(fed)),
            ("sampling alone, one batch", *_seconds(alone)),
        ]
        share = 100 * float(alone["sampling_share"])
        said = (
            f"Sampling takes {share:.2g} % of a step's processor time. With it, fed "
            f"steps take {fed['sampling_wall']} times the wall time"
        )
        if fed["sampling_cpu"]:
            said += f" and {fed['sampling_cpu']} times the processor time"
        head = ("what", "wall time, s", "processor time, s")
        note = (
            "Where wall times differ and processor times do not, other programs held "
            "the cores."
        )
        return f"{said}. {note}", pages.markdown(head, lines)

    return by_machine("cunet", BENCH, show)


def _seconds(row):
    return row["s"], row["cpu_s"]


def costs(paper):
    """Returns what each profile takes, a `papers.engine.pages.Cost` by profile."""
    networks = ("unet", "bfcn", "drn", "cun_lws", "cun_lws")  # CUN is the same network
    seconds = [
        benchmark("cunet", "s", network=name, part="train", variant="shipped", **SIZE)
        for name in networks
    ]
    epochs = paper.published.training.epochs
    return {
        "demo": Cost(
            command="make reproduce-cunet",
            hours=3.7 / 60,
            measured=True,
            basis="3.7 minutes on two free cores of an Intel Xeon, "
            "five methods on a phantom, two at once",
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
    lines = pages.shown_claims(folder)
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
            rows.append((*head, "", "", "", NOT_RUN))
    head = ("claim", "difference of", "published", "cases", "ours", "n", "verdict")
    return f"{pages.markdown(head, rows)}\n\n{runs_below(lines)}".rstrip()


def _run(run):
    """Returns the cases, the difference with its interval, n and the verdict."""
    ours = with_interval(run["difference"], run["ci_low"], run["ci_high"], "+")
    return run["cases"], ours, run["n_patients"], run["verdict"]
