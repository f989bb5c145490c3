"""What a paper declares, so that one runner serves all of them."""

import importlib
import importlib.util
from dataclasses import dataclass, field

from common.errors import UserError
from common.evidence import replace


@dataclass(frozen=True, kw_only=True)
class Method:
    """What is trained, or put together of what was trained.

    Args:
        id: short name for options and files.
        title: the paper's name of it.
        previous: method whose output is a further input of this one's network.
        starts_from: method whose trained weights this one's training begins with.
        parts: methods that this one is put together of; it trains nothing.
        by_default: whether it is run where `METHODS` names none.
        given: whether its weights come from elsewhere; it is scored on all cases.
        scored: whether its output is that of the task, one row a case.
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
    given: bool = False
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


@dataclass(frozen=True)
class Paper:
    """One paper of the suite.

    Beside this declaration its package has three modules that are imported when
    they are needed, with TensorFlow: `experiment` (`open_dataset`,
    `prepared_cache`, `prepare`, `folds`, or `splits` where it has parts and no
    folds, the class `Experiment`, which may have `before_training`, perhaps the
    validation score `MONITOR`), `figures`
    (`draw_figures`) and `page` (`blocks`). A paper whose networks can be applied
    to scans has `inference` too (`segmenter`, `files`, which is
    `papers.engine.predict.volumes` or `papers.engine.predict.slices`, and perhaps
    `import_released`).

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
    def monitor(self):
        """The validation score of the best epoch, higher is better."""
        return getattr(self.experiment, "MONITOR", "val_dice")

    @property
    def experiment(self):
        """The module `papers.<id>.experiment`."""
        return self._module("experiment")

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
        """The module `papers.<id>.inference`, where `has_inference`."""
        return self._module("inference")

    @property
    def has_inference(self):
        """Whether the paper can be applied to scans of the user's own."""
        return importlib.util.find_spec(f"papers.{self.id}.inference") is not None

    def _module(self, name):
        return importlib.import_module(f"papers.{self.id}.{name}")
