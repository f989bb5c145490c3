"""The experiment of this paper: data, networks, losses and scores."""

from functools import cached_property, partial

import numpy as np

from common.metrics.pooled_regions import PooledRegions
from common.optimizers.sgd import FusedSGD
from common.training.step_decay import StepDecay
from data.batches.augment_rule import AugmentationRule
from data.batches.pipeline import batch_stream
from data.batches.slices import slice_batches
from data.brats.releases import MODALITIES
from data.padding import padded_size
from data.splits.parts import of_group, read_split, split_patients
from papers.cunet.architectures import architecture_of, build_network
from papers.cunet.figures import COLORS
from papers.cunet.losses import of_sums
from papers.cunet.protocol import CONVENTION
from papers.cunet.reader import LABEL_OF_CLASS, RegionReader
from papers.cunet.segmentation import frozen_predictor, labels_of, predictor, segment
from papers.cunet.slices import (
    contour_note,
    in_batches,
    names_of,
    refuse_mixed_sizes,
    refuse_other_size,
    region_counts,
    share_note,
    training_slices,
)
from papers.cunet.truth import TruthMaker
from papers.engine.brats.volume_experiment import VolumeExperiment


class Experiment(VolumeExperiment):
    """One method on one split."""

    convention = CONVENTION
    monitor = "val_minus_loss"
    label_colors = COLORS

    @classmethod
    def splits(cls, dataset, name, protocol, file=None):
        """Splits the patients of one grade into three parts, once.

        See `Experiment.splits`; the protocol's `slices.group` and `split` are used.
        """
        group, rule = protocol.slices.group, protocol.split
        # The Decathlon and BraTS from 2021 on have no grades.
        cases = list(dataset)
        if group != "all":
            cases = of_group(cases, group, "SET=slices.group=all")
        origin, cases = cls.by_patient(cases)
        if file is not None:
            return cls.origin_of(file), {0: read_split(file, cases)}
        sizes = (rule.train, rule.validation, rule.test)
        return origin, {0: split_patients(cases, sizes, rule.seed)}

    def more_validation(self):
        return "take more cases, or SPLITS=file.csv with a part `validation`"

    @cached_property
    def reader(self):
        """The reader of slices that are not augmented."""
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
        """Checks the slices, and warns if the protocol does not suit them.

        Raises:
            UserError: the slices have different sizes.
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
        return padded_size(self.shape_of(self.split.train[0])[1:])

    def build(self):
        """Builds the method's network, for slices of this data's size."""
        shape = (*self.size, len(MODALITIES))
        return build_network(self.method, self.protocol, shape)

    def loss(self):
        """Returns the method's loss."""
        return architecture_of(self.method).loss()

    def optimizer(self):
        """Returns the optimizer of every method."""
        rule = self.protocol.training
        return FusedSGD(rule.learning_rate, momentum=rule.momentum)

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
        """Makes the truth that the method's loss needs of each batch."""
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

        The best epoch has the lowest `val_loss`, which is equation (1) over all of
        them, without the auxiliary heads. Dice is that of regions, pooled over the
        slices; `val_dice` is their mean.
        """
        names = names_of(self.cache, self.validation_cases())
        loss, predict = self.loss(), predictor(model, self.protocol)

        def validate():
            sums, regions = 0.0, PooledRegions()
            for batch in in_batches(names, self.batch_size):
                images, *truth = self.read(self.reader, batch)
                truth = dict(zip(self.truth.names, truth, strict=True))
                logits, brain = predict(images), images.any(axis=-1)
                sums = sums + loss.sums(truth, logits)
                labels = labels_of(logits, brain, self.method, self.protocol)
                classes = truth["labels"][..., 0].astype(np.uint8)
                regions.add(labels, LABEL_OF_CLASS[classes])
            value = of_sums(sums)
            dice = {f"val_{name}_dice": one for name, one in regions.dice().items()}
            mean = float(np.mean(list(dice.values())))
            return {"val_loss": value, self.monitor: -value, "val_dice": mean, **dice}

        return validate

    def segmentation(self, model):
        """Segments slices and stacks them to the case's labels."""
        predict = frozen_predictor(model, self.protocol)

        def segment_case(case_id):
            refuse_other_size(self.cache, case_id, self.size)
            images, brain = self.reader.read_case(case_id)
            return segment(images, brain, predict, self.method, self.protocol)

        return segment_case, self.fingerprint(model)

    def score(self, case, path):
        row = super().score(case, path)
        for score in ("dice", "sensitivity"):
            values = [row[f"{region}_{score}"] for region in ("wt", "tc", "et")]
            row[f"mean_{score}"] = float(np.mean(values))
        return row
