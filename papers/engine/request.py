"""What a user asks for. Each option of the stages' command line is declared here."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer

from common.errors import UserError
from common.evidence import replace
from papers import registry
from papers.engine.devices.towers_for import shared_by
from papers.engine.paper import Paper

# Default folders, below the folder in which the command runs.
WORKSPACE = Path(".")
CACHE = WORKSPACE / "cache"
DOWNLOADS = WORKSPACE / "downloads"
SUITES = WORKSPACE / "results"  # the suite's own rows, which git holds
LOCAL = SUITES / "local"  # everybody's runs, which git ignores


def words(text):
    """Returns the words of a list such as `"linknet,dual"`."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def numbers(text, option, example="0,1"):
    """Returns the numbers of a list such as `"0,1"`.

    Args:
        text: the list as typed.
        option: name of the option, for the message.
        example: a value of it, for the message.

    Raises:
        UserError: a word is not a whole number.
    """
    found = words(text)
    for word in found:
        if not word.isdecimal():
            expected, step = "whole numbers", f"such as {option}={example}"
            raise UserError(f"{option}={text}", expected, repr(word), step)
    return tuple(map(int, found))


def _folds(text):
    return numbers(text, "FOLDS", "0")


def _seeds(text):
    seeds = numbers(text, "SEEDS")
    if not seeds or max(seeds) >= 2**32:
        expected = "whole numbers below 2^32, such as 0,1"
        raise UserError(f"SEEDS={text}", expected, repr(text), "such as SEEDS=0,1")
    return seeds


def _assignment(text):
    key, equals, value = text.partition("=")
    if not equals:
        raise UserError(
            f"SET={text}", "KEY=VALUE", repr(text), "such as SET=training.epochs=4"
        )
    return key, value


def _listed(*names, parser, help):
    return typer.Option(*names, parser=parser, metavar="LIST", help=help)


@dataclass(frozen=True)
class Request:
    """What a user asked for: one field per option of the command line.

    `papers.engine.cli.stages` derives its options from the annotated fields. Defaults
    that depend on other options are filled in on creation, so that every reader sees
    the actual folder, profile, splits and folds.

    Args:
        paper: the paper.
        data: folder of the data set; None for the demo's phantom, or the downloads.
        profile: name of the profile; None for the demo, or `cpu` where `data` is given.
        methods: ids of the methods, or none for the default.
        splits: some of the paper's `splits`, or none for the first.
        folds: test folds from 0, or none for all.
        seeds: seeds, one run each.
        splits_file: CSV with the user's own folds, or None.
        epochs: epochs instead of the profile's, or None.
        changes: protocol values replaced by the user, by dotted key.
        results: folder of tables, rows and figures.
        workers: processes that prepare cases.
        gpus: number of GPUs, or None.
        cluster: address of a Ray cluster, `"local"` for one of this machine, or `""`.
        gpus_per_job: GPUs of each task there; None for one, where there are any.
        cpus_per_job: CPU cores of each task, there or in processes of this machine, to
            which it is bound where it has no GPU; None for one in a demo, two on a
            cluster, and else for one job after the other with all.
        only: full name of the one job to train or score, or `""`.
        arguments: the command line after the verb, which a child process gets again.
        is_demo: whether the data set is the demo's phantom, written if it is missing.

    Raises:
        UserError: two options exclude each other.
    """

    paper: Annotated[
        Paper,
        typer.Argument(
            parser=registry.paper,
            metavar="PAPER",
            help="The paper, as `list` names it.",
        ),
    ]
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the data set. Without it: a phantom for the demo, the "
            "downloads for the other profiles."
        ),
    ] = None
    profile: Annotated[
        str | None,
        typer.Option(
            help="demo (minutes on 2 cores), cpu (real data, reduced size, hours), "
            "paper (the published protocol) or, for anisocascade, released (that of "
            "the authors' code). Default: demo, or cpu with --data."
        ),
    ] = None
    methods: Annotated[
        tuple,
        _listed(parser=words, help="Methods, such as `linknet,dual`. Default: all."),
    ] = ()
    splits: Annotated[
        tuple,
        _listed(
            "--split",
            parser=words,
            help="image, patient, or `image,patient` to measure the leak (linknet and "
            "cdsl then run patient-wise too); all, hierdice's with --profile paper, "
            "trains on every case and holds out none.",
        ),
    ] = ()
    folds: Annotated[
        tuple,
        _listed(parser=_folds, help="Test folds from 0, such as `0,1`. Default: all."),
    ] = ()
    seeds: Annotated[
        tuple,
        _listed(
            parser=_seeds, help="Seeds, one run each, such as `0,1,2`. Default: 0."
        ),
    ] = (0,)
    splits_file: Annotated[
        Path | None,
        typer.Option("--splits", help="CSV of your own folds: columns case,fold."),
    ] = None
    epochs: Annotated[
        int | None, typer.Option(help="Epochs, instead of the profile's.")
    ] = None
    changes: Annotated[
        list[tuple],
        typer.Option(
            "--set",
            parser=_assignment,
            metavar="KEY=VALUE",
            help="Replace one value: `training.batch_size=4`.",
        ),
    ] = ()
    results: Annotated[
        Path,
        typer.Option(
            help="Folder for tables, rows and figures. Default: results/local, which "
            "git ignores; results has the suite's own rows."
        ),
    ] = LOCAL
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that prepare cases. Default: 1.")
    ] = 1
    gpus: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="GPUs: they share each batch where their number divides it; otherwise "
            "each takes whole trainings.",
        ),
    ] = None
    cluster: Annotated[
        str,
        typer.Option(
            help="Run trainings and scorings at once on a Ray cluster: local (this "
            "machine), auto (the cluster it is in), or an address such as "
            "ray://node1:10001."
        ),
    ] = ""
    gpus_per_job: Annotated[
        int | None, typer.Option(min=0, help="On a cluster. Default: 1 if it has any.")
    ] = None
    cpus_per_job: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Cores of each job without a GPU, as many jobs at once as there are "
            "cores for. Default: 1 in a demo, 2 on a cluster, else one job after the "
            "other with all.",
        ),
    ] = None
    only: Annotated[str, typer.Option(help="One job only, given by its full name.")] = (
        ""
    )
    arguments: tuple[str, ...] = ()
    is_demo: bool = field(init=False, default=False)

    def __post_init__(self):
        if self.splits and self.splits_file:
            raise UserError(
                f"SPLIT={','.join(self.splits)} SPLITS={self.splits_file}",
                "one of the two",
                "both",
                "leave one out",
            )
        self._check_cluster()
        profile = self.profile or ("cpu" if self.data else "demo")
        changes = dict(self.changes)
        if self.epochs is not None:
            changes["training.epochs"] = self.epochs
        resolved = {"profile": profile, "changes": changes}
        if not (self.splits or self.splits_file):
            resolved["splits"] = self.paper.profile_splits.get(profile, ())
        if self.data is None and profile == "demo":
            resolved |= {
                "is_demo": True,
                "data": CACHE / f"phantom-{self.paper.id}-demo",
                "splits": self.splits or self.paper.splits,
                "folds": self.folds or (0,),
            }
        elif self.data is None:
            resolved["data"] = DOWNLOADS / self.paper.dataset
        vars(self).update(resolved)  # frozen from here on

    def _check_cluster(self):
        if self.cluster and self.gpus:
            raise UserError(
                f"CLUSTER={self.cluster} GPUS={self.gpus}",
                "one of the two: a cluster gives each job its own GPUs",
                "both",
                f"leave GPUS out; GPUS_PER_JOB={self.gpus} for towers on one each",
            )
        # A task of a cluster gets the options of the whole, and `--cluster ""`.
        if self.gpus_per_job is not None and not (self.cluster or self.only):
            raise UserError(
                "GPUS_PER_JOB", "a cluster", "no CLUSTER", "such as CLUSTER=local"
            )
        if self.gpus and self.cpus_per_job is not None:
            raise UserError(
                f"GPUS={self.gpus} CPUS_PER_JOB={self.cpus_per_job}",
                "one of the two: jobs without a GPU keep to cores of their own",
                "both",
                "leave one out",
            )

    @cached_property
    def protocol(self):
        """The profile's protocol with the user's changes.

        Raises:
            UserError: the profile or a key is unknown.
        """
        return replace(self.paper.protocol_of(self.profile), self.changes)

    @cached_property
    def shared_by(self):
        """Number of towers that share a batch by the user's wish, or None."""
        return shared_by(self.gpus, self.protocol)

    @property
    def settings(self):
        """The values by key that `SET=` has; what `EPOCHS=` sets is not among them."""
        own = dict(self.changes)
        if self.epochs is not None:
            del own["training.epochs"]
        return own

    def profile_label(self):
        """Returns the profile's name with every change but the number of epochs."""
        changes = {k: v for k, v in self.changes.items() if k != "training.epochs"}
        if self.shared_by:
            changes["towers"] = self.shared_by
        return ", ".join([self.profile, *(f"{k}={v}" for k, v in changes.items())])
