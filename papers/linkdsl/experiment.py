"""The experiment of this paper: data, network, loss and scores."""

import keras
import numpy as np

from common.errors import UserError
from common.inference.frozen import FrozenPredictor
from common.inference.predict import Predictor
from common.metrics import overlap
from common.optimizers.sgd import FusedSGD
from common.reporting.cells import is_phantom
from data.batches.pipeline import batch_stream
from data.figshare.dataset import FigshareDataset
from data.integrity import check_command
from data.known_digests import require_unchanged
from data.normalize import min_max, resize_area
from data.order import batches
from data.prepared.case_cache import CaseCache
from data.splits.folds import (
    image_folds,
    patient_folds,
    read_folds,
    split_by_fold,
)
from papers.engine import experiment as contract
from papers.engine.case_images import CaseImages
from papers.linkdsl.losses import BceMinusDice
from papers.linkdsl.networks import linknet

THRESHOLD = 0.5  # chosen: the paper names none
LICENSE = "Image: J. Cheng et al., figshare article 1512427, CC BY 4.0."
PREPARATION_VERSION = 1  # increase it whenever the prepared arrays change


class Experiment(contract.Experiment):
    """One method on one split: everything between cached slices and scores."""

    label_colors = {1: ("tumor", "yellow")}

    @classmethod
    def open_dataset(cls, path):
        return FigshareDataset(path)

    @classmethod
    def prepared_cache(cls, root, dataset, protocol):
        settings = {
            "version": PREPARATION_VERSION,
            "fingerprint": dataset.fingerprint(),
            **vars(protocol.preparation),
        }
        return CaseCache(root, dataset.name, settings)

    @classmethod
    def prepare(cls, dataset, cache, protocol, console, workers):
        """Prepares the missing slices in this process: each takes milliseconds."""
        if dataset.left_out:
            console.say(
                f"left out {len(dataset.left_out)} that are no slices, such as "
                f"{dataset.left_out[0].name}; {check_command('figshare', dataset.root)}"
            )
        todo = [c for c in dataset if not cache.holds(c.id, dataset.source(c))]
        for case in console.track(todo, "preparing slices"):
            source, states = dataset.source(case), dataset.digests.states([case.label])
            arrays = prepare_case(dataset, case, protocol)
            require_unchanged(states)
            cache.write(case.id, source, arrays)
        console.say(
            f"prepared {len(todo)} cases, {len(dataset) - len(todo)} were there: "
            f"{cache.folder}"
        )

    @classmethod
    def splits(cls, dataset, name, protocol, file=None):
        cases, rule = list(dataset), protocol.folds
        if file is None:
            origin, folds = folds_of(dataset, name, rule)
        else:
            folds = read_folds(file, cases)
            origin = cls.origin_of(file)
        return origin, split_by_fold(
            cases, folds, rule.validation_share, rule.fold_seed
        )

    def build(self):
        """Builds the method's network."""
        return build_network(self.method, self.protocol)

    def smaller_examples(self):
        """Yields smaller images, by steps of what the network divides by."""
        whole = self.protocol.preparation.image_size
        for size in range(whole - 32, 0, -32):
            yield f"preparation.image_size={size}", (size / whole) ** 2

    def loss(self):
        """Returns the method's loss."""
        if self.method.loss == "bce":
            return keras.losses.BinaryCrossentropy()
        return BceMinusDice(self.protocol.loss.dice_over, self.protocol.loss.smooth)

    def optimizer(self):
        """Returns the optimizer of section III."""
        training = self.protocol.training
        return FusedSGD(training.learning_rate, momentum=training.momentum)

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
        case_ids = self.validation_cases()
        predict, loss = Predictor(model, self.batch_size), self.loss()
        total = len(case_ids)

        def validate():
            scores = {"val_loss": 0.0, "val_dice": 0.0}
            for chunk in _chunks(case_ids, self.batch_size):
                image, truth = self.read(chunk)
                probability = predict(image)
                share = len(chunk) / total
                scores["val_loss"] += share * float(loss(truth, probability))
                hard = probability >= THRESHOLD
                counts = overlap.confusion(hard, truth, axis=(1, 2, 3))
                scores["val_dice"] += float(np.sum(overlap.dice(*counts))) / total
            return scores

        return validate

    def evaluate(self, model):
        """Yields each test slice's scores; see the engine's `Experiment.evaluate`."""
        predict = FrozenPredictor(model, self.batch_size)
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
        """Yields each slice's map `(height, width, 1)` as the cascade's input."""
        predict = FrozenPredictor(model, self.batch_size)
        for chunk in _chunks(case_ids, self.batch_size):
            image, _ = self.read(chunk)
            for case_id, soft in zip(chunk, predict(image), strict=True):
                yield case_id, {"map": soft}

    def label_maps(self, model, case_ids):
        """Yields each slice's mask `(height, width)`, 1 in the tumor."""
        for case_id, maps in self.maps_of(model, case_ids):
            yield case_id, np.uint8(maps["map"][..., 0] >= THRESHOLD)

    def case_images(self, case_id):
        """Returns the slice as it is prepared, and its mask; see `Experiment`."""
        phantom = is_phantom(self.dataset.name)
        image, mask = self.cache.read(case_id, ("image", "mask"))
        return CaseImages(
            images={"T1 with contrast agent": image[..., 0]},
            truth=mask[..., 0],
            labels=self.label_colors,
            license="A phantom: a synthetic head, of nobody." if phantom else LICENSE,
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
            f"a tumor that is still visible at {size} pixels",
            f"one of {int(raw.mask.sum())} pixels, which vanishes",
            f"SET=preparation.image_size={_whole(raw.mask.shape)}, or remove the slice",
        )
    return {
        "image": image[..., None].astype(np.float32),
        "mask": mask[..., None].astype(np.uint8),
    }


def _whole(shape):
    """Returns the image size that loses no pixel of a slice."""
    return 32 * -(-max(shape) // 32)


def folds_of(dataset, name, rule):
    """Puts the slices into folds.

    Args:
        dataset: the data set.
        name: `"image"` or `"patient"`.
        rule: a `papers.linkdsl.protocol.Folds`.

    Returns:
        `(origin, folds)`: what rows say of the folds' origin, and the fold of each
        case by id.
    """
    cases = list(dataset)
    if name == "image":
        return "image", image_folds(cases, rule.n_folds, rule.fold_seed)
    # Folds of the data's author and our own draw must never be taken together.
    origin = "patient" if dataset.author_folds else "patient-drawn"
    return origin, patient_folds(
        cases,
        dataset.author_folds,
        rule.n_folds,
        rule.fold_seed,
        rule.strict_patients,
    )


def build_network(method, protocol):
    """Builds the network of a method, for the cascade the second one."""
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


def metrics(probability, truth):
    """Returns every reading of the paper's two scores that one slice allows.

    Readings that need the whole fold (pooled counts) are computed from the counts
    together with the table.

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
