"""The command line: `python -m papers VERB PAPER …`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from common.errors import UserError
from common.training.cluster import LostMachineError
from papers.engine.cli import stages as commands
from papers.engine.devices.cluster import (
    LOST_MACHINE,
    own_failure_noted,
    refuse_cluster,
    text,
)
from papers.engine.predict import command as weights

app = typer.Typer(
    help="Brain-tumor segmentation papers, re-implemented and re-run.\n\n"
    "Begin with `python -m papers reproduce linkdsl`: it makes its own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

PaperId = Annotated[str, typer.Argument(help="The paper, as `list` names it.")]
Data = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the data set. Without it: a phantom for the demo, the "
        "downloads for the other profiles."
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        help="demo (minutes on 2 cores), cpu (real data, reduced size, hours), "
        "paper (the published protocol) or, for anisocascade, released (that of the "
        "authors' code). Default: demo, with --data cpu."
    ),
]
Methods = Annotated[
    str, typer.Option(help="Methods, such as `linknet,dual`. Default: all.")
]
Splits = Annotated[
    str | None,
    typer.Option(
        "--split",
        help="image, patient, or `image,patient` for the leak (then linknet and "
        "cdsl run patient-wise too).",
    ),
]
Folds = Annotated[str, typer.Option(help="Test folds from 0, such as `0,1`.")]
Seeds = Annotated[str, typer.Option(help="Seeds, such as `0,1,2`; one run each.")]
SplitsFile = Annotated[
    Path | None,
    typer.Option("--splits", help="CSV of your own folds: columns case,fold."),
]
Epochs = Annotated[int | None, typer.Option(help="Epochs, instead of the profile's.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="Replace one value: `training.batch_size=4`."),
]
Results = Annotated[
    Path, typer.Option(help="Folder of tables, rows and figures to write.")
]
Workers = Annotated[int, typer.Option(min=1, help="Processes that prepare cases.")]
Gpus = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="GPUs: as towers on each batch, where they divide it, else a whole "
        "training on each.",
    ),
]
Only = Annotated[str, typer.Option(help="One training only, by its full name.")]
File = Annotated[Path | None, typer.Option(help="File, instead of --case.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would run, and its last time.")
]


@app.command("list")
def list_():
    """List the papers of the suite."""
    commands.list_papers()


@app.command()
def describe(paper: PaperId, profile: Profile = None):
    """Show every value of a paper's protocol and where it comes from."""
    commands.describe(paper, profile or "paper")


@app.command("check-data")
def check_data(
    dataset: Annotated[str, typer.Argument(help="The data set, such as `figshare`.")],
    data: Annotated[
        Path | None, typer.Option(help="Its folder. Default: the downloads.")
    ] = None,
):
    """Check a data set; list every finding with its fix. Exit code 1 on errors."""
    raise typer.Exit(commands.check_data(dataset, data))


@app.command("prepare-data")
def prepare_data(
    dataset: Annotated[str, typer.Argument(help="Volumes, such as `brats17`.")],
    data: Annotated[
        Path | None, typer.Option(help="Their folder. Default: the downloads.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes; below 1 GB each.")] = 1,
    n4: Annotated[
        bool,
        typer.Option("--n4", help="Correct the bias field (20 s a case)."),
    ] = False,
    shrink: Annotated[int, typer.Option(help="N4: every n-th voxel is seen.")] = 4,
    exclude: Annotated[
        str, typer.Option(help="N4: modalities to leave as they are, such as `flair`.")
    ] = "",
):
    """Prepare volumes once for all papers: cropped, checked, cached as HDF5."""
    commands.prepare_volumes(
        dataset, data, workers, commands.n4_settings(n4, shrink, exclude)
    )


@app.command()
def download(
    dataset: Annotated[str, typer.Argument(help="The data set, such as `figshare`.")],
    folder: Annotated[Path | None, typer.Option(help="Where to put it.")] = None,
):
    """Download a public data set, checked; goes on where it stopped."""
    commands.download(dataset, folder)


def _stage(name, doc):
    """Adds one verb that takes the common options of all stages."""

    def verb(
        paper: PaperId,
        data: Data = None,
        profile: Profile = None,
        methods: Methods = "",
        split: Splits = None,
        folds: Folds = "",
        seeds: Seeds = "0",
        splits: SplitsFile = None,
        epochs: Epochs = None,
        changes: Set = None,
        results: Results = Path("results"),
        workers: Workers = 1,
        gpus: Gpus = None,
        only: Only = "",
        dry_run: DryRun = False,
    ):
        options = commands.Options(
            paper=paper,
            data=data,
            profile=profile,
            methods=methods,
            split=split,
            folds=folds,
            seeds=seeds,
            splits=splits,
            epochs=epochs,
            changes=changes or [],
            results=results,
            workers=workers,
            gpus=gpus,
            only=only,
        )
        if name not in ("prepare", "train"):
            refuse_cluster(name)
        if dry_run:
            commands.dry_run(name, options)
        else:
            getattr(commands, name)(options)

    verb.__doc__ = doc
    app.command(name)(verb)


_stage("prepare", "Prepare the data set once: resized, normalized, cached.")
_stage("train", "Train the methods; goes on where it stopped.")
_stage("evaluate", "Score trained methods on their test cases, one row a case.")
_stage("table", "Write the paper's tables from the rows of evaluated methods.")
_stage("figure", "Draw the paper's figures and the learning curves.")
_stage("reproduce", "All stages: prepare, train, evaluate, table, figure.")


@app.command("workers")
def print_workers(
    command: Annotated[
        str, typer.Argument(help="What all run, such as `make train-linkdsl`.")
    ],
    hosts: Annotated[
        str, typer.Option(help="Addresses `node1:2222,node2:2222`; else for Slurm.")
    ] = "",
    tasks: Annotated[int, typer.Option(min=2, help="Slurm: number of nodes.")] = 2,
    port: Annotated[int, typer.Option(help="Slurm: a port free on all nodes.")] = 2222,
):
    """Print what to start on each of several machines that train together.

    They share the folder they run in. One of them runs `python -m papers prepare`
    before; the first one listed writes the files. Should one die, all end, with exit
    code 75; started again, they go on from the last saved state.
    """
    print(text(hosts, tasks, port, command))


@app.command()
def join(
    dataset: Annotated[str, typer.Argument(help="The data set, such as `figshare`.")],
    results: Results = Path("results"),
):
    """Join the tables of all papers on one data set."""
    commands.join(dataset, results)


@app.command()
def phantom(
    dataset: Annotated[str, typer.Argument(help="The data set, such as `figshare`.")],
    folder: Annotated[Path | None, typer.Option(help="Where to write it.")] = None,
    count: Annotated[
        int | None,
        typer.Option(help="Number of cases. Default: 160 or 6."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    shape: Annotated[
        str, typer.Option(help="Volumes: depth,height,width, such as `16,48,48`.")
    ] = "",
    unlabeled: Annotated[
        bool, typer.Option("--unlabeled", help="Volumes: the validation set's tree.")
    ] = False,
):
    """Write a phantom: synthetic cases in the data set's own layout."""
    commands.phantom(dataset, folder, count, seed, shape, unlabeled)


@app.command("import-weights")
def import_weights(
    paper: PaperId,
    source: Annotated[Path, typer.Option("--from", help="Folder as released.")],
    target: Annotated[
        Path | None, typer.Option("--to", help="Folder to write. Default: weights/.")
    ] = None,
):
    """Read the weights that the authors released into Keras weight files."""
    weights.import_weights(paper, source, target)


@app.command()
def predict(
    paper: PaperId,
    out: Annotated[
        Path,
        typer.Option(
            help="A .nii.gz, .nii or .mha file (a slice: .png); for cases: a folder."
        ),
    ],
    case: Annotated[
        Path | None,
        typer.Option(help="Folder of one case or of cases; a slice, or their folder."),
    ] = None,
    flair: File = None,
    t1: File = None,
    t1ce: File = None,
    t2: File = None,
    weights_folder: Annotated[
        Path | None,
        typer.Option(
            "--weights",
            help="Imported weights, or a finished run; see the page.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Try scans that are not like BraTS's.")
    ] = False,
):
    """Segment a case of four modalities, a slice, or a folder of them."""
    files = {"flair": flair, "t1": t1, "t1ce": t1ce, "t2": t2}
    weights.predict(paper, case, files, weights_folder, out, force)


@app.command()
def record(
    paper: Annotated[str | None, typer.Argument(help="One paper, or all.")] = None,
    results: Results = Path("results"),
):
    """Record the present results as the range that `verify` expects."""
    commands.record(paper, results)


@app.command("pages")
def write_pages(results: Results = Path("results")):
    """Make the generated parts of the README pages anew."""
    commands.write_pages(results)


@app.command()
def audit(results: Results = Path("results")):
    """Hold the numbers that the papers print against each other and the text."""
    commands.audit(results)


@app.command()
def verify(
    paper: Annotated[str | None, typer.Argument(help="One paper, or all.")] = None,
    results: Results = Path("results"),
):
    """Check committed results against their recorded ranges. Exit code 1 if not."""
    raise typer.Exit(commands.verify(paper, results))


def main(arguments=None):
    """Runs the command line; bad input is one message and exit code 2.

    Where one of several machines has stopped, the exit code is `LOST_MACHINE`.
    """
    with own_failure_noted():
        _main(arguments)


def _main(arguments):
    try:
        app(arguments, prog_name="python -m papers")
    except UserError as error:
        print(
            f"error: {error.file}\n"
            f"  expected: {error.expected}\n"
            f"  received: {error.received}\n"
            f"  next:     {error.next_step}",
            file=sys.stderr,
        )
        sys.exit(LOST_MACHINE if isinstance(error, LostMachineError) else 2)


if __name__ == "__main__":
    main()
