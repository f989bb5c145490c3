"""The generated parts of this paper's page."""

from common.blank import blank
from papers.anisocascade.claims import CLAIMS
from papers.anisocascade.networks import enet, tnet, wnet
from papers.anisocascade.tables import TABLES
from papers.engine import pages
from papers.engine.pages import Cost, Headline, Picture
from papers.engine.pages.claims import claims_by_score
from papers.engine.zoo import table as zoo

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
        "settings": pages.settings_table(
            results / paper.id, TABLES[0], ("wt_dice", "tc_dice", "et_dice")
        ),
        "speed": pages.ratio_table(
            "anisocascade", BENCH, ("network",), extras=("first_s", "share_of_peak")
        ),
        "results": pages.results_table(results / paper.id, TABLES),
        "weights": zoo.markdown(zoo.rows_of(paper, results)),
    }


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
    wider = (paper.profiles["paper"]["network.base_channels"] / 32) ** 2
    return {
        "demo": Cost(
            command="make reproduce-anisocascade",
            hours=4.3 / 60,
            hardware="2 CPU cores, 2 GB",
            measured=True,
            basis="4.3 minutes beside other work",
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
            "METHODS=released takes 37 s per case, measured, and 2.9 GB",
        ),
        "paper": Cost(
            command="make reproduce-anisocascade DATA=brats17 PROFILE=paper FOLDS=0",
            hours=released * wider,
            basis="as profile released, in proportion to the square of the channels",
        ),
    }
