"""What a paper declares, so that one runner serves all of them."""

import importlib
from dataclasses import dataclass, field

from common.errors import UserError
from common.evidence import replace


@dataclass(frozen=True, kw_only=True)
class Method:
    """What is trained, or composed of what was trained.

    Args:
        id: short name for options and files.
        title: the paper's name of it.
        previous: method whose output is a further input of this one's network.
        starts_from: method whose trained weights this one's training begins with.
        parts: methods that this one is composed of; it trains nothing.
        by_default: whether it is run where `METHODS` names none.
        released: whether its weights are the authors' own; it is scored on all cases.
        scored: whether its output is that of the task, one row per case.
        budget_in_loss: whether its loss depends on the number of epochs of the whole
            training, so that a longer run is another one from its first step.
        version: to be raised by whatever changes the method's numbers, so that
            earlier runs are not taken for its own.
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
        """Name of the method as its runs' hashes know it."""
        return self.id if self.version == 1 else f"{self.id} {self.version}"

    @property
    def needs(self):
        """The methods that have to be trained before."""
        needs = (self.previous, self.starts_from, *self.parts)
        return tuple(name for name in needs if name)


class BaseProtocol:
    """The base of the papers' protocols, which are frozen dataclasses.

    A protocol has the parts `preparation`, `network`, `loss` and `training`, the last
    one with `epochs`, `batch_size`, `checkpoint` and `precision`. What only some papers
    have is asked of the properties below. They are no fields, so that they are in no
    run's hash.
    """

    @property
    def budget(self):
        """How long each network is trained at most, as the tables show it."""
        return f"{self.training.epochs} epochs"

    @property
    def towers(self):
        """Towers that share a batch as a part of the method; None: it has none."""
        return None

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
    `blocks`; and `inference` with `segmenter` and `files` (a
    `papers.engine.predict.files.Files`) and, where a method's weights are released,
    with `import_released`.

    Args:
        id: short name, such as `"linkdsl"`.
        title: the paper's title.
        citation: authors, venue and year in one line.
        dataset: name of its data set, as in `make table-<dataset>`.
        profiles: values that each profile replaces in the protocol, by name.
        published: the published protocol, a dataclass with evidence.
        methods: `Method`s, each after those it needs.
        tables: the `common.reporting.table.Table`s.
        phantom: arguments of the demo's phantom, such as `{"count": 160}`.
        splits: how its cases may be put into folds: `"image"`, `"patient"`; the
            first is the default.
        more_splits: further ones, which only `SPLIT` names.
        leak_methods: methods that run patient-wise beside an image-wise run.
        leak_columns: the scores that the leak table compares; none: no table.
        derived: further CSV files of the results folder by name: functions from
            the rows of all cases to a `DataFrame`.
        curves_note: what a reader must know of the learning curves, or `""`.
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
    leak_methods: tuple[str, ...] = ()
    leak_columns: tuple = ()
    derived: dict = field(default_factory=dict)
    curves_note: str = ""

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
                f"see `python -m papers describe {self.id}`",
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
