"""The experiment of this paper: data, networks, losses and scores."""

from functools import cached_property

import keras
import numpy as np

from common.errors import UserError
from common.files import write_json
from common.inference.frozen import FrozenPredictor
from common.inference.predict import Predictor
from common.metrics.pooled_regions import PooledRegions
from common.optimizers.adam import FusedAdam
from data.batches.pipeline import batch_stream
from data.batches.slice_index import SliceIndex
from data.batches.slice_name import SliceName
from data.batches.slice_policies import brain_slices, tumor_slices
from data.batches.slices import SliceReader, slice_batches
from data.brats.releases import MODALITIES
from data.padding import padded, padded_size
from papers.engine.brats.experiment import BratsExperiment
from papers.engine.run import Run
from papers.hierdice.balance import balance_lines, class_balance
from papers.hierdice.figures import COLORS
from papers.hierdice.kept_pixels import KeptPixels
from papers.hierdice.losses import make_loss
from papers.hierdice.protocol import TRAINED_ON, TRAINED_ON_ALL
from papers.hierdice.scores import score_slices
from papers.hierdice.segmentation import CLASSES, build_network, classify, segment
from papers.hierdice.splits import ALL, all_trained_on

POLICIES = {"tumor": tumor_slices, "brain": brain_slices, "all": lambda index: index}
BALANCE = "balance.json"


class Experiment(BratsExperiment):
    """One method on one split, of which it uses the cases of the protocol's group."""

    batch_key = "training.tower_size"
    label_colors = COLORS

    @classmethod
    def splits(cls, dataset, name, protocol, file=None):
        """Puts patients into folds, or trains on every case as the paper does.

        See `Experiment.splits` of the engine; `"all"` holds out no case.
        """
        if name == ALL and file is None:
            return ALL, {0: all_trained_on(list(dataset), protocol.folds)}
        return super().splits(dataset, name, protocol, file)

    @property
    def average_decay(self):
        return self.protocol.training.average_decay

    @property
    def steps_per_epoch(self):
        """Whole batches of the training slices."""
        return len(self.slices) // self.batch_size

    @cached_property
    def _reader(self):
        return SliceReader(self.cache)

    @cached_property
    def slices(self):
        """The index of the slices to train on."""
        ids = self._of_group(self.split.train, "training")
        return POLICIES[self.protocol.slices.kept](SliceIndex.of(self.cache, ids))

    def build(self):
        """Builds the method's network, for slices of this data's size."""
        ids = (*self.split.train, *self.split.test)
        shape = self.shape_of(ids[0])[1:]
        return build_network(self.method, self.protocol, padded_size(shape))

    def loss(self):
        """Returns the method's loss."""
        return make_loss(self.method.loss, self.protocol.loss)

    def optimizer(self):
        """Returns the optimizer of section 4.1."""
        training = self.protocol.training
        schedule = keras.optimizers.schedules.ExponentialDecay(
            training.learning_rate,
            training.decay_every,
            training.decay,
            staircase=training.staircase,
        )
        return FusedAdam(schedule, epsilon=training.epsilon)

    def stream(self, first_step):
        """Returns the training batches from a global step on, without end."""
        names = slice_batches(self.slices, self.batch_size, self.seed, first_step)
        info = self.cache.info(self.slices.case_ids[0])
        shape = (self.batch_size, *padded_size(info.shape[1:]))
        return batch_stream(names, self.read, [(*shape, len(MODALITIES)), (*shape, 1)])

    def read(self, names):
        """Returns images and labels of slices, float32 `(batch, height, width, …)`."""
        images, labels = self._reader(names)
        return padded(images), padded(labels[..., None].astype(np.float32))

    def images_of(self, case_id):
        """Returns all slices of a case, float32 `(depth, height, width, 4)`."""
        return self._reader.read_images(case_id)

    def before_training(self, say):
        """Shows how imbalanced the slices are, and writes it into the run's folder."""
        found = self.balance()
        for line in balance_lines(found):
            say(line)
        if not (self.folder / BALANCE).exists():
            write_json(self.folder / BALANCE, found)

    def balance(self):
        """Returns how many pixels each label has in the training slices."""
        ids = self.slices.case_ids
        everything = SliceIndex.of(self.cache, ids)
        pixels = int(np.prod(self.cache.info(ids[0]).shape[1:]))
        return class_balance(everything, self.slices, pixels, self.steps_per_epoch)

    def validation(self, model):
        """Returns a function that scores the model on the validation slices.

        Dice is that of regions, pooled over the slices. Nothing depends on it. With
        bootstrapping, the shares of `KeptPixels` are among the scores.

        Raises:
            UserError: no case is held out.
        """
        ids = self._of_group(self.validation_cases(), "validation")
        index = tumor_slices(SliceIndex.of(self.cache, ids))
        names = [
            SliceName(index.case_ids[case], int(z), 0, row)
            for row, (case, z) in enumerate(zip(index.case, index.z, strict=True))
        ]
        size = self.protocol.training.tower_size
        loss, predict = self.loss(), Predictor(model, size)
        bootstraps = self.method.loss == "bootstrapping"

        def validate():
            losses, regions = [], PooledRegions()
            kept = KeptPixels(loss, CLASSES) if bootstraps else None
            for chunk in (names[i : i + size] for i in range(0, len(names), size)):
                images, truth = self.read(chunk)
                probability = predict(images)
                losses.append(float(loss(truth, probability)))
                if kept:
                    kept.add(truth, probability)
                regions.add(self.labels_of(probability), truth[..., 0].astype(np.uint8))
            dice = {f"val_{name}_dice": one for name, one in regions.dice().items()}
            mean = float(np.mean(list(dice.values())))
            shares = kept.shares() if kept else {}
            losses = float(np.mean(losses))
            return {"val_loss": losses, "val_dice": mean, **dice, **shares}

        return validate

    def evaluate(self, model):
        """Yields the scores of test cases and of training cases.

        See `Experiment.evaluate` of the engine. The paper scores the cases that it
        trained on; the rows of these have a split of their own. Scores of the raw
        weights stand beside those of the averaged ones.

        Raises:
            UserError: a training case cannot be read.
        """
        models = {"": model, "raw": self._raw(model)}
        predictors = {k: self._predictor(m) for k, m in models.items()}
        held_out, name = (), TRAINED_ON_ALL
        if self.split.test:
            held_out, name = self._of_group(self.split.test, "test"), TRAINED_ON
        yield from self.scored(held_out, lambda i: self._score(i, predictors))
        for case_id in self._of_group(self.split.train, "training"):
            yield case_id, self._score(case_id, predictors) | {"split": name}

    @property
    def n_scored(self):
        """The test cases, where there are any, and the training cases of the group."""
        parts = [self._of_group(self.split.train, "training")]
        if self.split.test:
            parts.append(self._of_group(self.split.test, "test"))
        return sum(map(len, parts))

    def maps_of(self, model, case_ids):
        """Yields the labels of each case, `(case_id, {"map": …})`, for a figure."""
        predict = self._predictor(model)
        for case_id in case_ids:
            images = self.images_of(case_id)
            yield case_id, {"map": segment(images, predict, self.labels_of)}

    def labels_of(self, probability):
        """Returns the labels that the method's classifier gives, `(…)`."""
        return classify(probability, self.method, self.protocol)

    def _score(self, case_id, predictors):
        images = self.images_of(case_id)
        truth = self.dataset.read_labels(self.cases[case_id])
        row, raw = (
            score_slices(segment(images, predict, self.labels_of), truth)
            for predict in (predictors[""], predictors["raw"])
        )
        return row | {f"{key}_raw": raw[key] for key in raw if _is_default(key)}

    def _predictor(self, model):
        return FrozenPredictor(model, self.protocol.training.tower_size)

    def _raw(self, model):
        """Returns the network with the raw weights, which are not averaged."""
        raw = keras.models.clone_model(model)
        Run(self.folder).load_weights(raw, "last")
        return raw

    def _of_group(self, ids, part):
        group = self.protocol.slices.group
        chosen = [i for i in ids if group in ("all", self.cases[i].group)]
        if not chosen:
            raise UserError(
                f"fold {self.split.fold}",
                f"{part} cases of the group {group}",
                f"none among {len(ids)}",
                f"{'SET=slices.group=all, or ' if ids else ''}take more cases",
            )
        return tuple(chosen)


def _is_default(key):
    return key.split("_", 1)[1] in ("precision", "recall", "iou", "dice")
