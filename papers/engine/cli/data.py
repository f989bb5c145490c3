"""The verbs on data sets: download, check, prepare, and write phantoms."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from common.errors import UserError
from data import prepared
from data.brats.releases import MODALITIES
from data.integrity import SEVERITIES, exit_code
from data.known_digests import MEMORY
from papers.engine import datasets
from papers.engine.cli.options import Data, DataSet, Volumes
from papers.engine.console import Console, count
from papers.engine.request import CACHE, DOWNLOADS, numbers, words

verbs = typer.Typer()
MIN_VOLUME = (16, 48, 48)  # voxels of a phantom


@verbs.command("check-data")
def check_data(dataset: DataSet, data: Data = None):
    """Check a data set; list every finding with its fix. Exit code 1 on errors."""
    console, folder = Console(), data or DOWNLOADS / dataset
    console.say(f"reading every file of {folder}")
    findings = datasets.tools(dataset).check(folder)
    rows = [(f.severity, f.code, f.file, f.found, f.fix) for f in findings]
    console.table(("severity", "finding", "file", "found", "fix"), rows)
    counts = Counter(finding.severity for finding in findings)
    console.say(", ".join(count(counts[name], name) for name in SEVERITIES))
    raise typer.Exit(exit_code(findings))


@verbs.command("prepare-data")
def prepare_data(
    dataset: Volumes,
    data: Data = None,
    workers: Annotated[
        int, typer.Option(help="Processes; each needs less than 1 GB.")
    ] = 1,
    n4: Annotated[
        bool, typer.Option("--n4", help="Correct the bias field (20 s per case).")
    ] = False,
    shrink: Annotated[
        int, typer.Option(help="N4: use every n-th voxel along each axis.")
    ] = 4,
    exclude: Annotated[
        str, typer.Option(help="N4: modalities to leave as they are, such as `flair`.")
    ] = "",
):
    """Prepare volumes once for all papers: cropped, checked, cached as HDF5."""
    tools = datasets.tools(dataset)
    if not tools.has_volumes:
        raise UserError(
            f"DATASET={dataset}",
            "a data set of volumes",
            "a data set of slices",
            "`prepare` of a paper on it, such as `make prepare-linkdsl DATA=folder`",
        )
    if workers < 1:
        raise UserError(f"WORKERS={workers}", "at least 1", workers, "WORKERS=1")
    correction, console = _correction(n4, shrink, exclude), Console()
    volumes = tools.open_volumes(data or DOWNLOADS / dataset)
    volumes.digests.remember_in(CACHE / MEMORY)
    with console.live() as note:
        sources = prepared.hash_cases(volumes, note=note)
        prepared.say_copies(sources, dataset, volumes.root, console.say)
        name, found = volumes.name, volumes.fingerprint()
        cache = prepared.VolumeCache(CACHE, name, found, correction)
        prepared.prepare_volumes(volumes, cache, workers, console.say, note)
    console.say(f"prepared: {cache.folder}")


def _correction(n4, shrink, exclude):
    """Returns the `data.prepared.n4.N4` that is asked for, or None without `n4`."""
    modalities = words(exclude)
    unknown = set(modalities) - set(MODALITIES)
    if shrink < 1 or unknown:
        raise UserError(
            f"SHRINK={shrink} EXCLUDE={exclude}",
            f"SHRINK of at least 1 and EXCLUDE among {','.join(MODALITIES)}",
            ", ".join(sorted(unknown)) or shrink,
            "such as SHRINK=4 EXCLUDE=flair",
        )
    return prepared.N4(shrink=shrink, exclude=modalities) if n4 else None


@verbs.command()
def download(
    dataset: DataSet,
    folder: Annotated[Path | None, typer.Option(help="Where to put it.")] = None,
    cases: Annotated[
        str, typer.Option(help="Only some, such as `BRATS_449,BRATS_450` (msd).")
    ] = "",
):
    """Download a public data set, checked; resumes where it stopped."""
    console, public = Console(), datasets.downloadable()
    folder = folder or DOWNLOADS / dataset
    if dataset not in public:
        known = dataset in datasets.BRATS
        raise UserError(
            f"download {dataset}",
            f"what can be downloaded: {', '.join(public)}",
            "one that is handed out to registered users" if known else repr(dataset),
            "register with its organizers (data/README.md says where), then DATA=folder"
            if known
            else f"`make data-{public[0]}`",
        )
    tools = datasets.tools(dataset)
    if cases:
        tools.download_cases(folder, words(cases), console.say)
    else:
        tools.download(folder, console.say)
    console.say(f"data: {folder}")


@verbs.command()
def phantom(
    dataset: DataSet,
    folder: Annotated[Path | None, typer.Option(help="Where to write it.")] = None,
    count: Annotated[
        int | None, typer.Option(help="Number of cases. Default: 160 or 6.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of everything that is random.")
    ] = 0,
    shape: Annotated[
        str, typer.Option(help="Volumes: depth,height,width, such as `16,48,48`.")
    ] = "",
    unlabeled: Annotated[
        bool,
        typer.Option("--unlabeled", help="Volumes: the layout of the validation set."),
    ] = False,
):
    """Write a phantom: synthetic cases in the data set's own layout."""
    console, tools = Console(), datasets.tools(dataset)
    if count is None:
        count = tools.phantom_count
    if count < 1:
        raise UserError(f"COUNT={count}", "at least 1", count, "such as COUNT=6")
    folder = folder or CACHE / f"phantom-{dataset}-{count}"
    extra = {"labeled": False} if unlabeled else {}
    if shape:
        extra["shape"] = _shape(shape)
    if extra and not tools.has_volumes:
        raise UserError(
            f"SHAPE={shape}" if shape else "UNLABELED=1",
            "a data set of volumes",
            dataset,
            "leave it out",
        )
    tools.write_phantom(folder, **tools.phantom_size(count), seed=seed, **extra)
    console.say(f"phantom: {folder}")


def _shape(text):
    shape = numbers(text, "SHAPE", "16,48,48")
    if len(shape) != 3 or any(
        n < least for n, least in zip(shape, MIN_VOLUME, strict=True)
    ):
        expected = "depth,height,width of at least 16,48,48 voxels"
        raise UserError(f"SHAPE={text}", expected, text, "such as SHAPE=16,48,48")
    return shape
