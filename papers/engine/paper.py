"""What a paper declares, so that one runner serves all papers."""

import importlib
from dataclasses import dataclass, field

from common.errors import UserError
from common.evidence import replace


@dataclass(frozen=True, kw_only=True)
class Method:
    """What is trained, or composed of what was trained.

    Args:
        id: short name for options and files.
        title: the paper's name for it.
        previous: method whose output is a further input of this one's network.
        starts_from: method with whose trained weights this one's training begins.
        parts: methods that this one is composed of; it trains nothing.
        by_default: whether it is run if `METHODS` names none.
        released: whether its weights are the authors' own; it is scored on all cases.
        scored: whether its output is that of the task, one row per case.
        budget_in_loss: whether its loss depends on the number of epochs of the whole
            training, so that a longer run differs from its first step on.
        version: increase it whenever the method's numbers change, so that earlier
            runs are not mistaken for its own.
    """

    id: str
    title: str
    previous: str | None = None
    starts_from: str | None = None
    parts: tuple[str, ...] = ()
    by_default: bool = True
    released: bool = False
    scored: bool = True
    budget_in_loss: bool = False
    version: int = 1

    @property
    def key(self):
        """Name of the method in its runs' hashes."""
        return self.id if self.version == 1 else f"{self.id} {self.version}"

    @property
    def needs(self):
        """The methods that must be trained before this one."""
        needs = (self.previous, self.starts_from, *self.parts)
        return tuple(name for name in needs if name)


class BaseProtocol:
    """The base of the papers' protocols, which are frozen dataclasses.

    A protocol has the parts `preparation`, `network`, `loss` and `training`, the last
    of which has `epochs`, `batch_size`, `checkpoint` and `precision`. The properties
    and the method below answer what only some papers have. They are not fields and so
    not hashed.
    """

    @property
    def budget(self):
        """The longest training of each network, as the tables show it."""
        epochs = self.training.epochs
        return f"{epochs} epoch{'' if epochs == 1 else 's'}"

    def adapted(self, method):
        """Returns a method as this protocol trains it, by default as it is declared."""
        return method

    @property
    def towers(self):
        """The number of towers that are part of the method; None if it has none."""
        return None

    @property
    def n_folds(self):
        """The number of test folds; 1 where the cases are divided only once."""
        folds = getattr(self, "folds", None)
        return folds.n_folds if folds else 1

    @property
    def synchronized(self):
        """Whether normalizations share their statistics between towers."""
        return False


@dataclass(frozen=True)
class Paper:
    """One paper of the suite.

    Beside this declaration its package has four modules that are imported when they
    are needed, with TensorFlow: `experiment` with a class `Experiment`, derived from
    `papers.engine.experiment.Experiment`; `figures` with `draw_figures`; `page` with
    `blocks` and `costs`; and `inference` with `build`, `segmenter` and `files` (a
    `papers.engine.predict.files.Files`) and, where a method's weights are released,
    with `import_released` and `holds_released`.

    Args:
        id: short name, such as `"linkdsl"`.
        title: the paper's title.
        citation: authors, venue and year in one line.
        dataset: name of its data set, as in `make table-<dataset>`.
        profiles: values that each profile replaces in the protocol, by name.
        published: the protocol that profiles start from, a dataclass with evidence:
            the published one, or for released weights that of the authors' code.
        methods: `Method`s, each after those it needs.
        tables: the `common.reporting.table.Table`s.
        phantom: arguments of the demo's phantom, such as `{"count": 160}`.
        splits: names of the ways to split its cases, such as `"image"` and
            `"patient"`; the first is the default.
        more_splits: further ways, used only if `SPLIT` names them.
        profile_splits: what a profile takes in place of the first of `splits`, by name.
        leak_methods: methods that run patient-wise beside an image-wise run.
        leak_columns: the scores that the leak table compares; empty for no table.
        derived: further CSV files of the results folder by name, as functions from
            the rows of all cases to a `DataFrame`.
        curves_note: what a reader must know about the learning curves, or `""`.
        weights: the `papers.engine.zoo.weights.Weights` that can be downloaded.
    """

    id: str
    title: str
    citation: str
    dataset: str
    profiles: dict[str, dict]
    published: object
    methods: tuple
    tables: tuple
    phantom: dict
    splits: tuple[str, ...] = ("patient",)
    more_splits: tuple[str, ...] = ()
    profile_splits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    leak_methods: tuple[str, ...] = ()
    leak_columns: tuple = ()
    derived: dict = field(default_factory=dict)
    curves_note: str = ""
    weights: tuple = ()

    def protocol_of(self, profile):
        """Returns the protocol of a profile.

        Raises:
            UserError: there is no such profile.
        """
        if profile not in self.profiles:
            raise UserError(
                f"PROFILE={profile}",
                f"one of {', '.join(self.profiles)}",
                repr(profile),
                f"such as PROFILE={next(iter(self.profiles))}",
            )
        return replace(self.published, self.profiles[profile])

    def tables_on(self, dataset):
        """Returns the tables whose published numbers are of a data set."""
        return [t for t in self.tables if (t.dataset or self.dataset) == dataset]

    @property
    def has_released_weights(self):
        """Whether the authors have released the weights of a method."""
        return any(method.released for method in self.methods)

    @property
    def experiment(self):
        """The class `papers.<id>.experiment.Experiment`."""
        return self._module("experiment").Experiment

    @property
    def figures(self):
        """The module `papers.<id>.figures`."""
        return self._module("figures")

    @property
    def page(self):
        """The module `papers.<id>.page`."""
        return self._module("page")

    @property
    def inference(self):
        """The module `papers.<id>.inference`."""
        return self._module("inference")

    def _module(self, name):
        return importlib.import_module(f"papers.{self.id}.{name}")
