"""The generated parts of this paper's page."""

from common.blank import blank
from papers.dsunet.claims import CLAIMS
from papers.dsunet.cost import giga_macs
from papers.dsunet.networks import isensee2017, separable_unet
from papers.dsunet.tables import TABLES
from papers.engine import pages
from papers.engine.pages import Cost, Headline, Picture, benchmark
from papers.engine.pages.benchmarks import by_machine
from papers.engine.pages.claims import claims_by_score

HEADLINE = Headline(
    name="3D U-Net with separable, dilated convolutions (2018 or 2019)",
    score="average Dice (the paper does not say of what)",
    table="1",
    printed="proposed",
    row="proposed",
    column="mean_dice",
    remark="mean of the three regions",
)
BESIDE_PYTORCH = "dsunet"  # a file of benchmarks/results/
EXAMPLE = Picture(
    "figure2",
    "The truth and what the proposed network finds (Figure 2)",
    "Images: BRATS 2013/2015, CC BY-NC-SA 3.0.",
)
DICE = ("wt_dice", "tc_dice", "et_dice", "mean_dice")
CASE = ".venv/bin/python -m benchmarks.dsunet.case <folder of one case>"
CASE_COLUMNS = {
    "method": "network",
    "precision": "precision",
    "n4": "N4",
    "step_s": "one step, s",
    "first_step_s": "first step, s",
    "peak_training_gb": "training, GB",
    "peak_gb": "with prediction, GB",
    "predict_and_score_s": "prediction and scores, s",
}
FORMS = {
    "grouped": "`Conv3D(groups=channels)`, as medicai's layer",
    "loop": "one convolution per channel",
}
PUBLISHED = {(isensee2017, 1): "8,269,331", (separable_unet, 3): "3,757,945"}


def blocks(paper, results):
    """Returns the generated parts of the page by name.

    Args:
        paper: the paper's declaration.
        results: the folder of all results.
    """
    rows = []
    for build, labels in ((isensee2017, 1), (isensee2017, 3), (separable_unet, 3)):
        model = blank(build, labels=labels)
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
    return pages.paper_blocks(paper, results) | {
        "network": pages.network_diagram(model),
        "methods": pages.markdown((*head, "built in"), rows),
        "results": pages.results_table(results / paper.id, TABLES),
        "claims": claims_by_score(results / paper.id, CLAIMS, "proposed minus Isensee"),
        "settings": pages.settings_table(results / paper.id, TABLES[0], DICE)
        or "None has been run on whole scans yet.",
        "case": pages.plain_table("dsunet_case", CASE, CASE_COLUMNS),
        "depthwise": depthwise_table("forward"),
        "gradients": depthwise_table("training"),
        "forms": other_forms(),
        "separable": depthwise_table("forward", "separable"),
        "separable_gradients": depthwise_table("training", "separable"),
        "speed": pages.ratio_table(
            "dsunet", "make bench-dsunet", ("network",), extras=("first_s", "peak_gb")
        ),
    }


def depthwise_table(part, layer="depthwise"):
    """Returns the table of the depthwise convolution beside other forms of it.

    Args:
        part: `"forward"` or `"training"`.
        layer: `"depthwise"`, or `"separable"` with its pointwise convolution.
    """
    return pages.ratio_table(
        "depthwise",
        "make bench-depthwise",
        ("channels", "side", "rate"),
        "ms",
        extras=("first_s", "gb_per_s") if part == "forward" else ("first_s",),
        where={"part": part, "threads": "2", "layer": layer},
        without=("grouped", "loop"),
        joined=True,
    )


def other_forms():
    """Returns how much slower the depthwise convolution's other forms are, in words."""

    def show(rows):
        rows = rows[(rows["threads"] == "2") & (rows["layer"] == "depthwise")]
        lines = []
        for variant, name in FORMS.items():
            words = []
            for part, called in (("forward", "forward"), ("training", "in training")):
                own = rows[(rows["variant"] == variant) & (rows["part"] == part)]
                ratios = own["ratio_to_shipped"].astype(float)
                least = "at least " if (own["at_least"] == "True").any() else ""
                words.append(
                    f"{least}{ratios.min():.3g} to {ratios.max():.3g} times as long as "
                    f"ours {called}"
                )
            lines.append(f"- {name}: {', '.join(words)}")
        return "Other forms on TensorFlow:", "\n".join(lines)

    return by_machine("depthwise", "make bench-depthwise", show)


def costs(paper):
    """Returns what each profile takes, a `papers.engine.pages.Cost` by profile."""
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
            hours=1.8 / 60,
            measured=True,
            basis="1.8 minutes on two free cores of an Intel Xeon, "
            "both networks on a phantom, at once",
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
            "benchmarks/results/dsunet.csv; the recorded one took 2.6 hours, beside "
            "other programs and with an older reader",
        ),
        "paper": Cost(
            command="make reproduce-dsunet DATA=brats18 PROFILE=paper FOLDS=0",
            hours=228 * epochs * sum(seconds) / 3600,
            hardware="2 CPU cores, 6 GB",
            basis=f"at most {epochs} epochs of 228 cases, one fold, both networks, at "
            "the speed in benchmarks/results/dsunet_case.csv",
        ),
    }
