"""What the runner needs to know of this paper: data, networks, losses, scores."""

from functools import cached_property, partial

import keras
import numpy as np
import tensorflow as tf

from common.errors import UserError
from common.evidence import protocol_digest
from common.files import sha256
from common.metrics import overlap
from common.metrics.case_scores import score_case
from common.metrics.regions import region_masks
from common.training.step_decay import StepDecay
from data.batches.augment_rule import AugmentationRule
from data.batches.pipeline import batch_stream
from data.batches.slice_index import SliceIndex
from data.batches.slices import slice_batches
from data.brats.releases import MODALITIES
from data.padding import padded, padded_size
from data.splits.parts import of_group, read_split, split_patients
from data.volume.geometry import Geometry
from papers.cunet import networks
from papers.cunet.fusion import fuse
from papers.cunet.losses import BoundaryLoss, CascadeLoss, PlainLoss, of_sums
from papers.cunet.protocol import CONVENTION
from papers.cunet.reader import LABEL_OF_CLASS, RegionReader
from papers.cunet.slices import (
    contour_note,
    in_batches,
    of_index,
    refuse_mixed_sizes,
    region_counts,
    share_note,
    training_slices,
)
from papers.cunet.truth import TruthMaker
from papers.engine.brats import open_dataset, prepare, prepared_cache
from papers.engine.label_maps import fingerprint_of, predictions_of

__all__ = ["Experiment", "open_dataset", "prepare", "prepared_cache", "splits"]

# Of the history, by which the best epoch is chosen: higher is better.
MONITOR = "val_minus_loss"
SEGMENTATION = {"bfcn": "combined"}  # the output that is the result, of several


def splits(dataset, split, protocol, file=None):
    """Splits the patients of one grade into three parts, all lesions together.

    Args:
        dataset: the data set.
        split: `"patient"`.
        protocol: its `slices.group` and `split` are used.
        file: CSV with the user's own parts, instead.

    Returns:
        `(name, splits)`: what the rows say of the parts' origin, and the one
        `data.splits.folds.Split` by its fold, 0.
    """
    group, rule = protocol.slices.group, protocol.split
    cases = list(dataset) if group == "all" else of_group(dataset, group)
    if file is not None:
        return f"file-{sha256(file)[:8]}", {0: read_split(file, cases)}
    sizes = (rule.train, rule.validation, rule.test)
    return "patient", {0: split_patients(cases, sizes, rule.seed)}


class Experiment:
    """One method on one split.

    Args:
        method: a `NetworkMethod` of the protocol.
        protocol: a `papers.cunet.protocol.Protocol`.
        cache: the `VolumeCache` of the data set.
        split: a `data.splits.folds.Split`.
        seed: seed of weights, order, augmentation and sampling.
        maps: None; no network has another's output as input.
        dataset: the `BratsDataset`.
        folder: the run's folder, where predictions are kept.
    """

    def __init__(
        self, method, protocol, cache, split, seed, maps=None, dataset=None, folder=None
    ):
        self.method = method
        self.protocol = protocol
        self.cache = cache
        self.split = split
        self.seed = seed
        self.dataset = dataset
        self.folder = folder
        self.batch_size = protocol.training.batch_size

    @cached_property
    def reader(self):
        """Reads slices that are not augmented."""
        return RegionReader(self.cache)

    @property
    def steps_per_epoch(self):
        """Whole batches of the training slices."""
        return len(self.slices) // self.batch_size

    @cached_property
    def slices(self):
        """The index of the slices to train on."""
        return training_slices(self.cache, self.split.train, self.protocol.slices)

    def before_training(self, say):
        """Checks the slices; says where the protocol is not made for them.

        Args:
            say: function that shows a line of text.

        Raises:
            UserError: they are of different sizes.
        """
        train, rule = self.split.train, self.protocol.slices
        refuse_mixed_sizes(self.cache, (*train, *self.split.validation))
        self.slices = training_slices(self.cache, train, rule, say)
        for note in (
            contour_note(self.method, self.protocol, self.size[1]),
            share_note(self.method, self.truth.sampler),
        ):
            if note:
                say(note)

    @property
    def size(self):
        """(height, width) of the network's input, in pixels."""
        return padded_size(self.cache.info(self.split.train[0]).shape[1:])

    def build(self):
        """Builds the method's network, for slices of this data's size."""
        shape = (*self.size, len(MODALITIES))
        return build_network(self.method, self.protocol, shape)

    def loss(self):
        """Returns the method's loss."""
        kinds = {"cu_net": CascadeLoss, "bfcn": BoundaryLoss}
        return kinds.get(self.method.builder, PlainLoss)()

    def optimizer(self):
        """Returns the optimizer of every method."""
        rule = self.protocol.training
        return keras.optimizers.SGD(rule.learning_rate, momentum=rule.momentum)

    @property
    def schedule(self):
        """The stepped learning rate and the end of the training."""
        rule = self.protocol.training
        return StepDecay(
            rule.learning_rate,
            rule.factor,
            rule.every,
            rule.least_rate,
            rule.stop_after,
        )

    @cached_property
    def truth(self):
        """What the method's loss is given of each batch."""
        return TruthMaker(
            self.method,
            self.protocol,
            self.seed,
            lambda: region_counts(self.slices, self.reader, self.protocol),
        )

    def stream(self, first_step):
        """Returns the training batches from a global step on, without end."""
        rule = self.protocol.augmentation
        augment = AugmentationRule(
            rank=2, flip=(rule.flip,) * 2, largest_angle=rule.largest_angle
        )
        reader = RegionReader(self.cache, augment, self.seed)
        names = slice_batches(self.slices, self.batch_size, self.seed, first_step)
        shape = (self.batch_size, *self.size)
        shapes = [(*shape, len(MODALITIES)), *self.truth.shapes(shape)]
        read = partial(self.read, reader)
        for images, *truth in batch_stream(names, read, shapes):
            yield images, dict(zip(self.truth.names, truth, strict=True))

    def read(self, reader, names):
        """Returns images and truth of slices as a tuple of float32 arrays."""
        images, classes, brain = reader(names)
        return images, *self.truth(names, classes, brain)

    def validation(self, model):
        """Returns a function that scores the model on all validation slices.

        The best epoch is that of the lowest `val_loss`, equation (1) over all of
        them: of the branches alone where there are heads beside them. Dice is of
        regions, pooled over the slices; `val_dice` is their mean.

        Raises:
            UserError: no case is held out.
        """
        if not self.split.validation:
            raise UserError(
                "the split",
                "a validation case to choose the best epoch by",
                f"none beside {len(self.split.train)} training cases",
                "take more cases, or SPLITS=file.csv with a part `validation`",
            )
        names = list(of_index(SliceIndex.of(self.cache, self.split.validation)))
        loss = self.loss()
        predict = LogitsOf(networks.without_heads(model), self.batch_size)

        def validate():
            sums, counts = 0.0, {}
            for batch in in_batches(names, self.batch_size):
                images, *truth = self.read(self.reader, batch)
                truth = dict(zip(self.truth.names, truth, strict=True))
                logits = predict(images)
                sums = sums + loss.sums(truth, logits)
                rule = self.protocol.inference.fusion
                found = fuse(self.result(logits), images.any(axis=-1), rule)
                classes = truth["labels"][..., 0].astype(np.uint8)
                truths = region_masks(LABEL_OF_CLASS[classes])
                for region, mask in region_masks(found).items():
                    new = np.array(overlap.confusion(mask, truths[region]))
                    counts[region] = counts.get(region, 0) + new
            value = of_sums(sums)
            dice = {f"val_{k}_dice": float(overlap.dice(*c)) for k, c in counts.items()}
            mean = float(np.mean(list(dice.values())))
            return {"val_loss": value, MONITOR: -value, "val_dice": mean, **dice}

        return validate

    def evaluate(self, model):
        """Yields each test case's scores, `(case_id, values)`.

        Slices are stacked to the case's volume. A case that was segmented before by
        the same network is read again from the run's folder. Where a case cannot be
        read, the `UserError` stands in the place of its scores.
        """
        predict = LogitsOf(networks.without_heads(model), self.batch_size)
        made_by = fingerprint_of([model], protocol_digest(self.protocol))
        folder = predictions_of(made_by, self.folder)
        cases = {case.id: case for case in self.dataset}
        for case_id in self.split.test:
            path = folder / f"{case_id}.nii.gz"
            try:
                if not path.exists():
                    self._refuse_other_size(case_id)
                    labels = self.segment(*self.reader.read_case(case_id), predict)
                    self.dataset.write_prediction(cases[case_id], labels, path)
                yield case_id, self._score(cases[case_id], path)
            except UserError as error:
                yield case_id, error

    def _refuse_other_size(self, case_id):
        size = padded_size(self.cache.info(case_id).shape[1:])
        if size != self.size:
            raise UserError(
                case_id,
                f"slices that fit the network's {self.size[0]}x{self.size[1]} pixels",
                f"{size[0]}x{size[1]}, padded",
                "`python -m papers predict` takes slices of any size",
            )

    def segment(self, images, brain, predict):
        """Returns the labels of a case, uint8 `(depth, height, width)`.

        Args:
            images: float32 `(depth, height, width, 4)`.
            brain: boolean `(depth, height, width)`.
            predict: a `LogitsOf`.
        """
        rule, (height, width) = self.protocol.inference.fusion, images.shape[1:3]
        found = []
        for batch in in_batches(images, self.batch_size):
            logits = self.result(predict(padded(batch)))
            found.append(fuse(logits, True, rule)[:, :height, :width])
        return np.where(brain, np.concatenate(found), np.uint8(0))

    def result(self, logits):
        """Returns those of a network's outputs that make the segmentation."""
        name = SEGMENTATION.get(self.method.builder)
        return logits[name] if name else logits

    def _score(self, case, path):
        info = self.cache.info(case.id)
        labels = self.dataset.read_prediction(case, path)
        truth = self.dataset.read_labels(case)
        spacing = Geometry(info.shape, info.affine).spacing
        row = score_case(labels, truth, spacing, convention=CONVENTION)
        for score in ("dice", "sensitivity"):
            values = [row[f"{region}_{score}"] for region in ("wt", "tc", "et")]
            row[f"mean_{score}"] = float(np.mean(values))
        return row


class LogitsOf:
    """Runs a network of one output or several on batches of one size.

    Args:
        model: a Keras model.
        batch_size: slices a call; the last batch is filled up with zeros.
    """

    def __init__(self, model, batch_size):
        self.batch_size = batch_size
        self._call = tf.function(lambda x: model(x, training=False))

    def __call__(self, images):
        """Returns the logits of at most `batch_size` images, as NumPy arrays."""
        count = len(images)
        missing = [(0, self.batch_size - count), (0, 0), (0, 0), (0, 0)]
        logits = self._call(tf.convert_to_tensor(np.pad(images, missing)))
        return keras.tree.map_structure(lambda x: x.numpy()[:count], logits)


def build_network(method, protocol, input_shape):
    """Builds a method's network as a protocol says, with its L2 term.

    Args:
        method: a `NetworkMethod`.
        protocol: a `Protocol`.
        input_shape: `(height, width, channels)` in pixels.
    """
    rule = protocol.network
    if method.builder == "cu_net":
        model = networks.cu_net(
            input_shape,
            rule.cu_net_filters,
            branch2_classes=rule.branch2_classes,
            aux_levels=rule.aux_levels,
            head_channels=rule.head_channels,
            unet2_multiplier=rule.unet2_multiplier,
            feed_image_to_unet2=rule.feed_image_to_unet2,
            preact=rule.preact,
            additive_skips=rule.additive_skips,
        )
    elif method.builder == "unet":
        model = networks.unet(
            input_shape, base_filters=rule.unet_filters, bn=rule.unet_bn
        )
    elif method.builder == "bfcn":
        model = networks.bfcn(
            input_shape,
            base_filters=rule.bfcn_filters,
            symmetry_channels=rule.symmetry_channels,
        )
    else:
        model = networks.drn(input_shape, base_filters=rule.drn_filters)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum, layer.epsilon = rule.norm_momentum, rule.norm_epsilon
    decay = protocol.loss.weight_decay
    for variable in model.trainable_variables if decay else ():
        if protocol.loss.decay_all or variable.path.endswith("kernel"):
            # inferred: PyTorch's decay adds λ w to the gradient, that of λ/2 w².
            variable.regularizer = keras.regularizers.L2(decay / 2)
    return model
