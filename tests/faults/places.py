"""The folders that verbs are run in, each filled once and copied for every run."""

import contextlib
import shutil
from pathlib import Path

from tests.disks import ROOT

# A tiny cascade on slices: its first network is enough for most verbs.
TINY = ("linkdsl", "--data", "mats", "--profile", "demo", "--folds", "0")
TINY += ("--epochs", "2", "--set", "preparation.image_size=32")
TINY += ("--set", "training.batch_size=5", "--methods")
ONE, BOTH = (*TINY, "dual"), (*TINY, "cdsl")
VOLUMES = ("--shape", "16,48,48", "--count", "4")


def empty(folder, run):
    """Nothing at all."""


def slices(folder, run):
    """A phantom of figshare, in `mats`."""

    def write():
        from data.phantom.figshare.write import write_phantom

        write_phantom(Path("mats"), count=24, size=64, max_slices=3)

    run(write)


def prepared(folder, run):
    """Slices that are prepared."""
    slices(folder, run)
    run(("prepare", *ONE))


def trained(folder, run):
    """A training, not scored."""
    prepared(folder, run)
    run(("train", *ONE))


def scored(folder, run):
    """A training and its rows."""
    trained(folder, run)
    run(("evaluate", *ONE))


def tabled(folder, run):
    """Rows that are in tables, too."""
    scored(folder, run)
    run(("table", *ONE))


def volumes(folder, run):
    """A phantom of BraTS 2017, in `brats`."""
    run(("phantom", "brats17", "--folder", "brats", *VOLUMES))


def predicted(folder, run):
    """A training, and slices of which some have masks."""
    scored(folder, run)
    weights = next((folder / "runs").rglob("finished.json")).parent
    (folder / "weights").mkdir()
    (folder / "weights" / "linkdsl").symlink_to(
        Path("..") / weights.relative_to(folder)
    )
    (folder / "some").mkdir()
    for path in sorted((folder / "mats").glob("[1-4].mat")):
        shutil.copy2(path, folder / "some")


def scan(folder, run):
    """A scan of four DICOM series and a mask of the brain."""

    def write():
        from tests.papers.engine.predict.raw_scan import write_scan

        write_scan(Path("scan"))

    (folder / "scan").mkdir()
    run(write)


SERIES = ("t2", "t1", "flair", "t1ce")
SCAN = tuple(
    word
    for number, name in enumerate(SERIES, 1)
    for word in (f"--{name}", f"scan/DOE_JOHN#{number}")
)


def ready_scan(folder, run):
    """A prepared scan and a mask of it."""
    scan(folder, run)
    brain = ("--brain-mask", "scan/brain.nii.gz")
    run(("prepare-scan", *SCAN, *brain, "--out", "prepared"))

    def mask():
        import nibabel
        import numpy as np

        image = nibabel.load("prepared/t1ce.nii.gz")
        values = np.where(np.asarray(image.dataobj) > 600, 4, 0).astype(np.uint8)
        nibabel.save(nibabel.Nifti1Image(values, image.affine), "mask.nii.gz")

    run(mask)


def pairs(folder, run):
    """Label maps and their truths."""
    from tests.papers.engine.scoring.files import write_pairs

    write_pairs(folder)


def results(folder, run):
    """The suite's own rows of one paper, as its results and as everybody's."""
    for target in ("results/linkdsl", "results/local/linkdsl"):
        own = shutil.ignore_patterns("phantom")
        shutil.copytree(ROOT / "results" / "linkdsl", folder / target, ignore=own)


def pages(folder, run):
    """Results, and the pages that show them."""
    shutil.copytree(
        ROOT / "results", folder / "results", ignore=shutil.ignore_patterns("local")
    )
    for name in ("papers", "common", "data", "benchmarks"):
        own = shutil.ignore_patterns("__pycache__", "vendor", "templates")
        shutil.copytree(ROOT / name, folder / name, ignore=own)
    shutil.copy(ROOT / "README.md", folder)


def checkpoints(folder, run):
    """Weights as the authors of a paper released them, but of two layers each."""

    def write():
        import tensorflow as tf

        from papers.anisocascade.released_weights import CHECKPOINTS
        from tests.faults.patches import two_layers

        for number, name in enumerate(CHECKPOINTS.values()):
            values = {
                f"net/{w.path.removesuffix('kernel')}w": w.numpy() + number
                for w in two_layers().weights
            }
            tf.raw_ops.SaveV2(
                prefix=str(Path("released") / name),
                tensor_names=list(values),
                shape_and_slices=[""] * len(values),
                tensors=list(values.values()),
            )

    (folder / "released").mkdir()
    run(write)


def archive(folder, run):
    """The archive of a data set, to be served."""

    def write():
        from data.phantom.msd.write import write_phantom

        root = Path("server") / "Task01_BrainTumour"
        write_phantom(root, count=3, shape=(16, 48, 48))

    (folder / "server").mkdir()
    run(write)
    with contextlib.chdir(folder / "server"):
        shutil.make_archive("Task01_BrainTumour", "tar", ".", "Task01_BrainTumour")
    shutil.rmtree(folder / "server" / "Task01_BrainTumour")
