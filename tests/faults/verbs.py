"""Every verb of the command line, as it is killed."""

from tests.faults import patches
from tests.faults.places import BOTH, ONE, SCAN, VOLUMES
from tests.faults.scenario import Scenario

_BRAIN = ("--brain-mask", "scan/brain.nii.gz")
_MACHINES = ("--hosts", "a:2222,b:2222")


def _on_slices(name, words, place):
    return Scenario(name, words, place, patches.small_network)


SCENARIOS = (
    Scenario("phantom:figshare", ("phantom", "figshare", "--count", "1")),
    Scenario("phantom:brats17", ("phantom", "brats17", *VOLUMES)),
    Scenario("phantom:msd", ("phantom", "msd", *VOLUMES)),
    Scenario("check-data", ("check-data", "brats17", "--data", "brats"), "volumes"),
    Scenario("prepare-data", ("prepare-data", "brats17", "--data", "brats"), "volumes"),
    Scenario("download", ("download", "msd"), "archive", patches.local_server),
    _on_slices("prepare", ("prepare", *ONE), "slices"),
    _on_slices("train", ("train", *ONE), "prepared"),
    _on_slices("evaluate", ("evaluate", *ONE), "trained"),
    _on_slices("table", ("table", *ONE), "scored"),
    _on_slices("figure", ("figure", *ONE), "scored"),
    _on_slices("reproduce", ("reproduce", *BOTH), "slices"),
    _on_slices("cluster:array", ("cluster", "array", *ONE), "prepared"),
    _on_slices("report-cases", ("report-cases", *ONE, "--cases", "worst:2"), "tabled"),
    _on_slices("report", ("report", "linkdsl"), "tabled"),
    Scenario(
        "import-weights",
        ("import-weights", "anisocascade", "--from", "released"),
        "checkpoints",
        patches.small_released,
    ),
    _on_slices(
        "predict:folder",
        ("predict", "linkdsl", "--case", "some", "--out", "o"),
        "predicted",
    ),
    _on_slices(
        "predict:one",
        ("predict", "linkdsl", "--case", "some/1.mat", "--out", "o.png")
        + ("--report", "page", "--overlay", "seen.png"),
        "predicted",
    ),
    _on_slices(
        "weights:export",
        ("weights", "export", "linkdsl", "weights/linkdsl", "--to", "o")
        + ("--license", "CC0"),
        "predicted",
    ),
    Scenario("list-series", ("list-series", "scan"), "scan"),
    Scenario(
        "prepare-scan",
        ("prepare-scan", *SCAN, *_BRAIN, "--out", "o"),
        "scan",
        patches.small_grid,
    ),
    Scenario(
        "restore-mask",
        ("restore-mask", "--case", "prepared", "--mask", "mask.nii.gz", "--out", "o"),
        "ready_scan",
    ),
    Scenario(
        "score",
        ("score", "--truth", "truth", "--prediction", "prediction", "--out", "o"),
        "pairs",
    ),
    Scenario("join", ("join", "figshare", "--format", "latex"), "results"),
    Scenario("compare", ("compare",), "results"),
    Scenario("tables", ("tables", "linkdsl"), "results"),
    Scenario("record", ("record", "linkdsl", "--from", "results/local"), "results"),
    Scenario("figures-again", ("figures-again", "linkdsl"), "results"),
    Scenario("verify", ("verify", "linkdsl"), "results"),
    Scenario("audit", ("audit",), "results"),
    Scenario("pages", ("pages",), "pages", patches.pages_here),
    Scenario("crate", ("crate", "--results", "results"), "results"),
    Scenario("list", ("list",)),
    Scenario("describe", ("describe", "linkdsl")),
    Scenario("workers", ("workers", "python -m papers train linkdsl", *_MACHINES)),
    Scenario("weights:list", ("weights", "list")),
    Scenario("cluster", ("cluster", "hosts", "make train-hierdice", "--hosts", "a,b")),
)
