"""What the runner needs to know of this paper: data, network, loss, scores."""

import keras
import numpy as np

from common.errors import UserError
from common.files import sha256
from common.inference.predict import Predictor
from common.metrics import overlap
from data.batches.pipeline import batch_stream
from data.figshare.dataset import FigshareDataset
from data.normalize import min_max, resize_area
from data.order import batches
from data.prepared.case_cache import CaseCache
from data.splits.folds import image_folds, patient_folds, read_folds
from papers.linkdsl.losses import BceMinusDice
from papers.linkdsl.networks import linknet

THRESHOLD = 0.5  # chosen: the paper names none
PREPARATION_VERSION = 1  # to be raised by whatever changes the prepared arrays


def open_dataset(path):
    """Returns the figshare data set, or the phantom of it, in a folder."""
    return FigshareDataset(path)


def prepared_cache(root, dataset, protocol):
    """Returns the cache of a data set's slices, prepared as a protocol says."""
    settings = {
        "version": PREPARATION_VERSION,
        "fingerprint": dataset.fingerprint(),
        **vars(protocol.preparation),
    }
    return CaseCache(root, dataset.name, settings)


def prepare(dataset, cache, protocol, console, workers):
    """Prepares every slice that is not in the cache yet, in this process.

    Args:
        dataset: the data set.
        cache: its `prepared_cache`.
        protocol: its `preparation` is followed.
        console: a `papers.engine.console.Console`, which shows progress.
        workers: ignored: a slice takes milliseconds.
    """
    todo = [case for case in dataset if not cache.holds(case.id, dataset.source(case))]
    for case in console.track(todo, "prepare"):
        arrays = prepare_case(dataset, case, protocol)
        cache.write(case.id, dataset.source(case), arrays)
    console.say(
        f"prepared {len(todo)} cases, {len(dataset) - len(todo)} were there: "
        f"{cache.folder}"
    )


def prepare_case(dataset, case, protocol):
    """Returns the arrays `(height, width, 1)` to cache for one slice."""
    raw = dataset.read(case)
    size = protocol.preparation.image_size
    image = resize_area(min_max(raw.image), size)
    mask = resize_area(raw.mask, size) >= 0.5
    if not mask.any():
        raise UserError(
            case.label,
            f"a tumor that is still there at {size} pixels",
            f"one of {int(raw.mask.sum())} pixels, which vanishes",
            "use a larger preparation.image_size, or take the slice out",
        )
    return {
        "image": image[..., None].astype(np.float32),
        "mask": mask[..., None].astype(np.uint8),
    }


def folds(dataset, split, protocol, file=None):
    """Returns how the cases are put into folds.

    Args:
        dataset: the data set.
        split: `"image"` or `"patient"`.
        protocol: its `folds` are used.
        file: CSV with the user's own folds, instead of `split`.

    Returns:
        `(name, folds)`: what the rows say of the folds' origin, and the fold of
        each case by id.
    """
    cases, rule = list(dataset), protocol.folds
    if file is not None:
        own = read_folds(file, cases)
        return f"file-{sha256(file)[:8]}", own
    if split == "image":
        return "image", image_folds(cases, rule.n_folds, rule.fold_seed)
    # Folds of the data's author and our own draw must never be taken together.
    name = "patient" if dataset.author_folds else "patient-drawn"
    return name, patient_folds(
        cases,
        dataset.author_folds,
        rule.n_folds,
        rule.fold_seed,
        rule.strict_patients,
    )


def build_network(method, protocol):
    """Builds the network of a method; of the cascade, the second one."""
    size = protocol.preparation.image_size
    channels = 1 if method.previous is None else 2
    only_image = channels == 2 and protocol.cascade.scaled_inputs == "image"
    return linknet(
        (size, size, channels),
        method.scales,
        protocol.network.base_filters,
        fusion=protocol.network.fusion,
        quarter_at=protocol.network.quarter_at,
        outer_link=protocol.network.outer_link,
        post_sum_relu=protocol.network.post_sum_relu,
        scaled_channels=1 if only_image else None,
    )


class Experiment:
    """One method on one split: everything between cached slices and scores.

    Args:
        method: a `papers.linkdsl.protocol.Method`.
        protocol: a `papers.linkdsl.protocol.Protocol`.
        cache: the cache of prepared slices.
        split: a `data.splits.folds.Split`.
        seed: seed of the weights and of the data order.
        maps: for the cascade, the cache of the first network's maps.
        **_: data set and run folder, which this paper does not need.
    """

    def __init__(self, method, protocol, cache, split, seed, maps=None, **_):
        self.method = method
        self.protocol = protocol
        self.cache = cache
        self.split = split
        self.seed = seed
        self.maps = maps
        self.batch_size = protocol.training.batch_size
        self.steps_per_epoch = len(split.train) // self.batch_size

    def build(self):
        """Builds the method's network."""
        return build_network(self.method, self.protocol)

    def loss(self):
        """Returns the method's loss."""
        if self.method.loss == "bce":
            return keras.losses.BinaryCrossentropy()
        return BceMinusDice(self.protocol.loss.dice_over, self.protocol.loss.smooth)

    def optimizer(self):
        """Returns the optimizer of section III."""
        training = self.protocol.training
        return keras.optimizers.SGD(training.learning_rate, momentum=training.momentum)

    def stream(self, first_step):
        """Returns the training batches from a global step on, without end."""
        size = self.protocol.preparation.image_size
        channels = 1 if self.maps is None else 2
        order = batches(self.seed, len(self.split.train), self.batch_size, first_step)
        names = (tuple(self.split.train[i] for i in indices) for _, indices in order)
        shape = (self.batch_size, size, size)
        return batch_stream(names, self.read, [(*shape, channels), (*shape, 1)])

    def read(self, case_ids):
        """Returns input and mask of some slices, float32 `(batch, …)`."""
        image, mask = self.cache.read_batch(case_ids, ("image", "mask"))
        if self.maps is not None:
            (first,) = self.maps.read_batch(case_ids, ("map",))
            if self.protocol.cascade.map == "hard":
                first = (first >= THRESHOLD).astype(np.float32)
            image = np.concatenate([image, first], axis=-1)
        return image, mask.astype(np.float32)

    def validation(self, model):
        """Returns a function that scores the model on the validation slices."""
        predict, loss = Predictor(model, self.batch_size), self.loss()
        total = len(self.split.validation)

        def validate():
            scores = {"val_loss": 0.0, "val_dice": 0.0}
            for case_ids in _chunks(self.split.validation, self.batch_size):
                image, truth = self.read(case_ids)
                probability = predict(image)
                share = len(case_ids) / total
                scores["val_loss"] += share * float(loss(truth, probability))
                hard = probability >= THRESHOLD
                counts = overlap.confusion(hard, truth, axis=(1, 2, 3))
                scores["val_dice"] += float(np.sum(overlap.dice(*counts))) / total
            return scores

        return validate

    def evaluate(self, model):
        """Yields each test slice's scores, `(case_id, values)`.

        Where a slice cannot be read, the `UserError` stands in their place.
        """
        predict = Predictor(model, self.batch_size)
        for case_ids in _chunks(self.split.test, self.batch_size):
            readable = []
            for case_id in case_ids:
                try:
                    readable.append((case_id, *self.read([case_id])))
                except UserError as error:
                    yield case_id, error
            if not readable:
                continue
            ids, images, masks = zip(*readable, strict=True)
            probabilities = predict(np.concatenate(images))
            for case_id, soft, mask in zip(ids, probabilities, masks, strict=True):
                yield case_id, metrics(soft, mask[0])

    def maps_of(self, model, case_ids):
        """Yields the map of each slice, `(case_id, {"map": …})`, for a cascade."""
        predict = Predictor(model, self.batch_size)
        for chunk in _chunks(case_ids, self.batch_size):
            image, _ = self.read(chunk)
            for case_id, soft in zip(chunk, predict(image), strict=True):
                yield case_id, {"map": soft}


def metrics(probability, truth):
    """Returns every reading of the paper's two scores that one slice gives.

    The readings that need the whole fold (pooled counts) are made from the
    counts when the table is.

    Args:
        probability: `(height, width, 1)`, in [0, 1].
        truth: mask of the same shape.
    """
    counts = overlap.confusion(probability >= THRESHOLD, truth)
    return {
        "dice": float(overlap.dice(*counts)),
        "dice_soft": float(overlap.soft_dice(probability, truth)),
        "iou": float(overlap.iou(*counts)),
        "mean_iou_image": float(overlap.mean_iou(*counts)),
        **{name: int(count) for name, count in counts._asdict().items()},
    }


def _chunks(items, size):
    return [items[i : i + size] for i in range(0, len(items), size)]
