"""The generated parts of this paper's page."""

from common.blank import blank
from papers.anisocascade.claims import CLAIMS
from papers.anisocascade.networks import enet, tnet, wnet
from papers.anisocascade.tables import TABLES
from papers.engine import pages
from papers.engine.pages import Cost, Headline, Picture, benchmark
from papers.engine.pages.benchmarks import by_machine, rows_of
from papers.engine.pages.claims import claims_by_score
from papers.engine.zoo import table as zoo

ALL, NOT_NETWORKS = "all", "all but the networks"  # sums in the rows of a whole scan
SHAPE = (19, 144, 144, 4)
BENCH = "make bench-anisocascade DATA=case"
HEADLINE = Headline(
    name="Cascaded anisotropic networks (Wang et al. 2017)",
    score="Dice of the whole tumor",
    table="1",
    printed="ucl_tig",
    row="released",
    column="wt_dice",
    remark="the authors' released weights",
)
_SCORES = (
    (TABLES[0], "dice"),
    (TABLES[0], "hausdorff"),
    (TABLES[1], "sensitivity"),
    (TABLES[1], "specificity"),
)
BESIDE_PYTORCH = "anisocascade"  # a file of benchmarks/results/
EXAMPLE = Picture(
    "overlay",
    "Truth and result of the authors' released weights, on a case that they were "
    "trained on",
    "Images: BRATS 2013/2015, CC BY-NC-SA 3.0.",
)
# Trainable parameters of the authors' checkpoints; the paper prints none.
CHECKPOINTS = {"wnet": 214_470, "tnet": 214_470, "enet": 204_396}


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: the paper's declaration.
        results: the folder of all results.
    """
    builders = {"wnet": wnet, "tnet": tnet, "enet": enet}
    networks = {name: blank(build, SHAPE) for name, build in builders.items()}
    rows = [
        (
            f"`{name}`",
            f"{CHECKPOINTS[name]:,}",
            f"{pages.trainable_parameters(model):,}",
            f"{pages.trainable_parameters(blank(builders[name], SHAPE, 48)):,}",
            f"`networks.{name}`",
        )
        for name, model in networks.items()
    ]
    head = ("network", "released checkpoints", "ours, 32 channels", "ours, 48")
    return pages.paper_blocks(paper, results) | {
        "network": pages.network_diagram(networks["wnet"]),
        "methods": pages.markdown((*head, "built in"), rows),
        "claims": claims_by_score(
            results / paper.id, CLAIMS, "three views minus the axial one"
        ),
        "settings": changed_rows(results / paper.id),
        "speed": pages.ratio_table(
            "anisocascade", BENCH, ("network",), extras=("first_s", "share_of_peak")
        ),
        "program": whole_program(),
        "scan": by_machine("anisocascade_scan", BENCH, stages),
        "predict": one_scan(),
        "results": pages.results_table(results / paper.id, TABLES),
        "weights": zoo.markdown(zoo.rows_of(paper, results)),
    }


def changed_rows(folder):
    """Returns the rows of changed settings, a table for each score, and their runs."""
    parts = []
    for table, score in _SCORES:
        keys = [f"{region}_{score}" for region in ("wt", "tc", "et")]
        rows, _, runs = pages.settings_table(folder, table, keys).partition("\n\nRuns:")
        parts.append(rows)
    dice, *others = parts
    folded = pages.folded(
        "Their distances, sensitivity and specificity", "\n\n".join(others)
    )
    return f"{dice}\n\n{folded}\n\nRuns:{runs}" if dice else ""


def whole_program():
    """Returns what the benchmark's rows say of the whole program, and of the goal."""
    rows = rows_of("anisocascade")
    if rows is None:
        return f"Not measured yet: `{BENCH}`."
    parts = []
    for machine, of_one in rows.groupby("machine", sort=False):
        by = of_one.set_index(["network", "variant"])
        said = f"On {machine}: " if rows["machine"].nunique() > 1 else ""
        if ("all nine", "plain") in by.index:
            ours, plain = (by.loc["all nine", one] for one in ("shipped", "plain"))
            what = ours["batch"].replace(",", " with", 1)
            said += (
                f"Once compiled, the whole test program takes **{ours['s']} s and "
                f"{_gb(ours)}** for {what}, from files to labels; with the networks in "
                f"plain layers {plain['s']} s and {_gb(plain)}. "
            )
        networks = of_one[of_one["network"] != "all nine"]
        plain = networks[networks["variant"] == "plain"]["ratio_to_shipped"]
        shares = networks[networks["variant"] == "shipped"]["share_of_peak"]
        ratios, shares = sorted(map(float, plain)), sorted(map(float, shares))
        if ratios and shares:
            met = sum(ratio >= 2 for ratio in ratios)
            said += (
                f"The goal of twice the speed of plain layers is met by {met} of "
                f"{len(ratios)} networks ({ratios[0]:.2f} to {ratios[-1]:.2f}). Ours "
                f"run at {100 * shares[0]:.0f} to {100 * shares[-1]:.0f} % of a large "
                "product of matrices, so that at most a factor of "
                f"{1 / shares[-1]:.1f} to {1 / shares[0]:.1f} is left in float32."
            )
        parts.append(said.strip())
    return "\n\n".join(parts)


def stages(rows):
    """Returns what the rows of one machine say of a scan's stages, and their table."""
    by = rows.set_index(["variant", "stage"])
    ours = by.loc["shipped"]
    total, rest = float(ours.loc[ALL, "s"]), float(ours.loc[NOT_NETWORKS, "s"])
    before = by.loc["before"] if "before" in by.index.levels[0] else None
    lines = [
        (
            stage,
            *([] if before is None else [before.loc[stage, "s"]]),
            row["s"],
            row["cpu_s"],
            f"{100 * float(row['s']) / total:.0f} %",
        )
        for stage, row in ours.iterrows()
    ]
    said = (
        f"`predict` takes {total:.3g} s for {rows['case'].iloc[0]}, "
        f"{rest:.3g} s of them outside of the networks."
    )
    head = ("ours, s", "processor time, s", "share")
    if before is not None:
        code = before["code"].iloc[0]
        head = (f"before ({code}), s", *head)
        ratio = 1 / float(before.loc[NOT_NETWORKS, "ratio_to_shipped"])
        goal = "met" if ratio <= 0.5 else "missed"
        said += (
            f" The goal was half of what commit {code} takes outside of the networks; "
            f"it is **{goal}: {ratio:.2f}**."
        )
    return said, pages.markdown(("stage", *head), lines)


def one_scan():
    """Returns how long `predict` takes, in one sentence."""
    rows = rows_of("anisocascade_scan")
    if rows is None:
        return f"How long `predict` takes is not measured yet: `{BENCH}`."
    row = rows[(rows["variant"] == "shipped") & (rows["stage"] == ALL)].iloc[0]
    return (
        f"`predict` takes {float(row['s']):.0f} s and {_gb(row)} for a case of "
        f"240x240x155 voxels ({row['case']}) on {row['machine']}, from the start of "
        "the command to its end; the page's part on speed shows where they go."
    )


def _gb(row):
    return f"{float(row['peak_gb']):.1f} GB"


def costs(paper):
    """Returns what each profile takes, a `papers.engine.pages.Cost` by profile."""
    per_100 = {"whole": 35, "core": 35, "enhancing": 80}  # seconds, 32x32 patches
    patches = paper.published.patches
    one_view = sum(
        seconds * (getattr(patches, f"{stage}_size") / 32) ** 2
        for stage, seconds in per_100.items()
    )
    epochs = paper.published.training.epochs  # of 100 iterations
    released = 3 * epochs * one_view / 3600
    case = {"network": "all nine", "variant": "shipped"}
    seconds, gb = (benchmark("anisocascade", n, **case) for n in ("s", "peak_gb"))
    wider = (paper.profiles["paper"]["network.base_channels"] / 32) ** 2
    return {
        "demo": Cost(
            command="make reproduce-anisocascade",
            hours=2.6 / 60,
            hardware="2 CPU cores, 3 GB",
            measured=True,
            basis="2.6 minutes on two free cores of an Intel Xeon, "
            "nine networks, two at once",
        ),
        "cpu": Cost(
            command="make reproduce-anisocascade DATA=cubes32 PROFILE=cpu "
            "METHODS=cascade-axial FOLDS=0 EPOCHS=6",
            hours=6 * sum(per_100.values()) / 3600,
            hardware="2 CPU cores, 2 GB",
            basis="35, 35 and 80 s measured for 100 iterations of WNet, TNet and ENet",
        ),
        "half": Cost(
            command="make reproduce-anisocascade DATA=half2mm PROFILE=half FOLDS=0",
            hours=3 * 8 * (35 * 72**2 + 35 * 48**2 + 80 * 32**2) / 32**2 / 2 / 3600,
            basis="nine networks of 800 iterations, at profile cpu's speed in "
            "proportion to pixels and channels",
        ),
        "released": Cost(
            command="make reproduce-anisocascade DATA=brats17 PROFILE=released FOLDS=0",
            hours=released,
            basis="nine networks, at profile cpu's speed in proportion to pixels; "
            f"METHODS=released measured: {seconds:.0f} s per case and {gb:.1f} GB",
        ),
        "paper": Cost(
            command="make reproduce-anisocascade DATA=brats17 PROFILE=paper FOLDS=0",
            hours=released * wider,
            basis="as profile released, in proportion to the square of the channels",
        ),
    }
