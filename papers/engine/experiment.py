"""The contract of an experiment: what the engine asks of a paper, with defaults."""

from abc import ABC, abstractmethod
from functools import cached_property

from common.errors import UserError
from common.files import sha256


class Experiment(ABC):
    """One method on one split: everything between prepared cases and scores.

    A paper's module `experiment` has a subclass of the same name. The engine calls its
    class methods with the data set, before there is a run; then it makes one instance
    for each run. A paper implements what is abstract here and overrides a default
    where it differs.

    Args:
        method: one of the paper's `Method`s.
        protocol: the paper's protocol.
        cache: what `prepared_cache` returned.
        split: a `data.splits.split.Split`.
        seed: seed of the weights, of the data order and of all that is drawn.
        maps: cache of the maps of `Method.previous`, or None.
        dataset: what `open_dataset` returned.
        folder: the run's folder.
    """

    monitor = "val_dice"
    """Name of the validation score of the best epoch; higher is better."""

    def __init__(
        self, method, protocol, cache, split, seed, maps=None, dataset=None, folder=None
    ):
        self.method = method
        self.protocol = protocol
        self.cache = cache
        self.split = split
        self.seed = seed
        self.maps = maps
        self.dataset = dataset
        self.folder = folder

    batch_key = "training.batch_size"
    """The value of the protocol that decides how many examples one device takes."""

    example_shape = None
    """Shape of one training example, where the network takes those of any size."""

    # The data set, before there is a run.

    @classmethod
    @abstractmethod
    def open_dataset(cls, path):
        """Returns the data set, or the phantom of it, in a folder."""

    @classmethod
    @abstractmethod
    def prepared_cache(cls, root, dataset, protocol):
        """Returns the cache, below `root`, of cases prepared as a protocol says."""

    @classmethod
    @abstractmethod
    def prepare(cls, dataset, cache, protocol, console, workers):
        """Prepares every case that is not in the cache yet.

        Args:
            dataset: what `open_dataset` returned.
            cache: what `prepared_cache` returned.
            protocol: the paper's protocol.
            console: a `papers.engine.console.Console`, which shows progress.
            workers: number of processes.
        """

    @classmethod
    @abstractmethod
    def splits(cls, dataset, name, protocol, file=None):
        """Splits the cases into training, validation and test cases.

        Args:
            dataset: what `open_dataset` returned.
            name: one of `Paper.splits` or `Paper.more_splits`.
            protocol: the paper's protocol.
            file: CSV with the user's own folds or parts, instead of `name`.

        Returns:
            `(origin, splits)`: what rows say of the splits' origin, and each
            `data.splits.split.Split` by its fold.

        Raises:
            UserError: the file is not valid, or the cases cannot be split like this.
        """

    # A training.

    @abstractmethod
    def build(self):
        """Builds the method's network; the seed of Keras decides its weights."""

    @abstractmethod
    def loss(self):
        """Returns the method's loss."""

    @abstractmethod
    def optimizer(self):
        """Returns a new optimizer."""

    @property
    def schedule(self):
        """The rule that sets each epoch's learning rate and may end the training.

        Such as a `common.training.plateau.Plateau`; None for neither.
        """
        return None

    @property
    def average_decay(self):
        """The decay of the weights' moving average; None if there is none."""
        return None

    @property
    def batch_size(self):
        """The number of examples of one step, over all towers."""
        return self.protocol.training.batch_size

    @property
    def examples_at_once(self):
        """The number of examples of one step that are in memory together.

        Towers take turns on one device.
        """
        return self.batch_size // (self.protocol.towers or 1)

    def smaller(self):
        """Yields settings whose steps need less memory, mild ones first.

        Yields:
            `(setting, share)`: as `SET=` takes it, and the share of the memory of the
            layers' outputs that is left. Smaller batches come first, then smaller
            examples, one at a time.
        """
        whole = size = self.examples_at_once
        while size > 1:
            size //= 2
            yield f"{self.batch_key}={size}", size / whole
        one = "" if whole == 1 else f"{self.batch_key}=1 "
        for setting, share in self.smaller_examples():
            yield f"{one}{setting}", share / whole

    def smaller_examples(self):
        """Yields `(setting, share)` as `smaller`; none if the data decide the size."""
        return ()

    @property
    def steps_per_epoch(self):
        """The number of steps of one epoch: whole batches of the training cases."""
        return len(self.split.train) // self.batch_size

    def before_training(self, say):
        """Checks or describes the training data; does nothing by default.

        It is called once, before the network is built, and on the first machine only.

        Args:
            say: function that shows a line of text.

        Raises:
            UserError: the data cannot be trained on.
        """
        return

    @abstractmethod
    def stream(self, first_step):
        """Returns the training batches `(x, y)` from a step on, without end.

        Args:
            first_step: number of steps that a resumed training has already done.
        """

    @abstractmethod
    def validation(self, model):
        """Returns a function that scores the model on the validation cases.

        The function takes no arguments and returns a dict of scores by name:
        `monitor`, `val_loss`, `val_dice` and whatever the learning curves show.

        Raises:
            UserError: there is no validation case.
        """

    def validation_cases(self):
        """Returns the ids of the validation cases.

        Raises:
            UserError: there is none.
        """
        if not self.split.validation:
            raise UserError(
                f"fold {self.split.fold}",
                "a held-out case for validation",
                f"none beside {len(self.split.train)} training cases",
                self.more_validation(),
            )
        return self.split.validation

    def more_validation(self):
        """Returns what a user can do if a split has no validation case."""
        count = len(self.split.train)
        if count < 2:
            return "take more cases"
        # The smallest share of whole percent that holds out one of them.
        share = -(-100 // count) / 100
        return f"SET=folds.validation_share={share:g}, or take more cases"

    def require_batch(self):
        """Makes sure that there are as many training examples as a batch has.

        Raises:
            UserError: there are fewer.
        """
        if self.steps_per_epoch < 1:
            smaller = f"SET={self.batch_key}=1, or " if self.split.train else ""
            raise UserError(
                f"fold {self.split.fold}",
                f"training examples for a batch of {self.batch_size}",
                f"fewer from {len(self.split.train)} training cases",
                f"{smaller}take more cases",
            )

    # A trained network.

    @abstractmethod
    def evaluate(self, model):
        """Yields each test case's scores, `(case_id, values)`.

        Where a case cannot be read, the `UserError` takes the place of its scores.
        `values` may replace columns of the row, such as `split`.

        Args:
            model: the trained model; for a method with parts, a dict of their models
                by method; for released weights, what `released_models` returned.
        """

    @property
    def n_scored(self):
        """The number of cases whose scores `evaluate` yields."""
        return len(self.split.test)

    def maps_of(self, model, case_ids):
        """Yields the network's output for some cases, `(case_id, {"map": array})`.

        A method needs it if it is another's `Method.previous`, or if figures show maps
        that the evaluation does not keep.
        """
        raise NotImplementedError(f"{self.method.id} makes no maps")

    label_colors = {}
    """For each label its name and the color of the paper's figures."""

    keeps_label_maps = False
    """Whether the evaluation keeps the label maps, so that no model is needed again."""

    def label_maps(self, model, case_ids):
        """Yields the labels of some cases on the grid of their images, `(id, labels)`.

        Args:
            model: as for `evaluate`, or None where the evaluation `keeps_label_maps`.
            case_ids: test cases.
        """
        for case_id, maps in self.maps_of(model, case_ids):
            yield case_id, maps["map"]

    @abstractmethod
    def case_images(self, case_id):
        """Returns the `papers.engine.case_images.CaseImages` of a case."""

    def released_models(self, folder):
        """Returns the authors' networks for a method whose weights are released.

        Raises:
            UserError: `folder` does not hold their imported weights.
        """
        raise NotImplementedError(f"no weights of {self.method.id} are released")

    # For the paper's own use.

    @staticmethod
    def origin_of(file):
        """Returns what rows say of splits from a user's own file."""
        return f"file-{sha256(file)[:8]}"

    @cached_property
    def cases(self):
        """The data set's cases by id."""
        return {case.id: case for case in self.dataset}

    @staticmethod
    def scored(case_ids, score):
        """Yields `(case_id, score(case_id))`; a `UserError` is its own result."""
        for case_id in case_ids:
            try:
                values = score(case_id)
            except UserError as error:
                values = error
            yield case_id, values
