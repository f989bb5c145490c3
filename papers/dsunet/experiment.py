"""The experiment of this paper: data, networks, loss and scores."""

from functools import cached_property, partial

import numpy as np

from common.files import write_json
from common.inference.frozen import FrozenPredictor
from common.inference.predict import Predictor
from common.metrics.pooled_regions import PooledRegions
from common.optimizers.adam import FusedAdam
from common.training.plateau import Plateau
from data.batches.augment_rule import AugmentationRule
from data.batches.pipeline import batch_stream
from data.batches.volume_name import VolumeName
from data.batches.volumes import VolumeReader, volume_batches
from data.brats.releases import MODALITIES
from data.normalize import mean_statistics
from papers.dsunet import networks
from papers.dsunet.cost import giga_macs
from papers.dsunet.figures import COLORS
from papers.dsunet.losses import LabelDice
from papers.dsunet.preprocessing import (
    LABELS,
    labels_of,
    masks_of,
    place,
    scale,
)
from papers.dsunet.protocol import CONVENTION
from papers.engine.brats.volume_experiment import VolumeExperiment

# The file with a run's scaling, beside its weights: a prediction needs both.
STATISTICS = "intensity.json"
# Costs are compared at the published size, whatever the run's.
PUBLISHED_SHAPE = (128, 128, 128, len(MODALITIES))


class Experiment(VolumeExperiment):
    """One network on one split."""

    convention = CONVENTION
    label_colors = COLORS

    @classmethod
    def not_corrected(cls, protocol):
        excluded = protocol.preparation.n4_exclude
        return () if excluded == "none" else (excluded,)

    def build(self):
        """Builds the method's network."""
        size = self.protocol.geometry.size
        return build_network(
            self.method, self.protocol, (size, size, size, len(MODALITIES))
        )

    def smaller_examples(self):
        """Yields smaller volumes, by steps of what the network divides by."""
        whole = self.protocol.geometry.size
        for size in range(whole - 16, 31, -16):
            yield f"geometry.size={size}", (size / whole) ** 3

    def loss(self):
        """Returns the loss of both networks."""
        rule = self.protocol.loss
        return LabelDice(squares=rule.squares, smooth=rule.smooth)

    def optimizer(self):
        """Returns the optimizer of both networks."""
        return FusedAdam(self.protocol.training.learning_rate)

    @property
    def schedule(self):
        """The rule that lowers the learning rate and ends the training."""
        training = self.protocol.training
        return Plateau(
            training.learning_rate,
            training.drop,
            training.patience,
            training.stop_after,
        )

    def stream(self, first_step):
        """Returns the training batches from a global step on, without end."""
        reader = self.reader(self._augmentation())
        write_json(
            self.folder / STATISTICS,
            dict(zip(("mean", "std"), self._statistics(), strict=True)),
        )
        names = volume_batches(self.split.train, self.batch_size, self.seed, first_step)
        shape = (self.batch_size, *(self.protocol.geometry.size,) * 3)
        shapes = [(*shape, len(MODALITIES)), (*shape, len(LABELS))]
        return batch_stream(names, partial(read, reader), shapes)

    def reader(self, augment=None):
        """Returns a reader of whole cases at the network's size."""
        statistics = tuple(map(np.array, self._statistics()))
        return VolumeReader(
            self.cache,
            lambda info: place(info, self.protocol.geometry),
            lambda images, info: scale(images, statistics),
            augment,
            self.seed,
        )

    def _augmentation(self):
        rule = self.protocol.augmentation
        return AugmentationRule(
            rank=3,
            flip=(rule.flip,) * 3,
            scale_deviation=rule.scale_deviation,
            symmetries=rule.symmetries,
        )

    def _statistics(self):
        """Returns means and deviations of the modalities, two lists."""
        ids = self.split.train
        if self.protocol.intensity.statistics == "all":
            ids = (*ids, *self.split.validation, *self.split.test)
        mean, std = mean_statistics([self.cache.info(case_id) for case_id in ids])
        return mean.tolist(), std.tolist()

    def validation(self, model):
        """Returns a function that scores the model on the validation cases.

        The best epoch has the lowest loss: `val_dice` is one minus it, the labels'
        mean soft Dice. `val_wt_dice` and the like are the regions' Dice, pooled over
        the cases at the network's resolution.
        """
        case_ids = self.validation_cases()
        loss, predict = self.loss(), Predictor(model, batch_size=1)
        reader = self.reader()
        threshold = self.protocol.inference.threshold

        def validate():
            losses, regions = [], PooledRegions()
            for case_id in case_ids:
                image, labels = reader.read(VolumeName(case_id, 0, 0))
                probability = predict(image[None])
                losses.append(float(loss(masks_of(labels)[None], probability)))
                regions.add(labels_of(probability[0], threshold), labels)
            value = float(np.mean(losses))
            dice = {f"val_{name}_dice": one for name, one in regions.dice().items()}
            return {"val_loss": value, "val_dice": 1 - value, **dice}

        return validate

    def segmentation(self, model):
        reader, predict = self.reader(), FrozenPredictor(model, batch_size=1)

        def segment(case_id):
            probability = predict(reader.read_image(case_id)[None])[0]
            whole = reader.placement(case_id).restore(probability)
            return labels_of(whole, self.protocol.inference.threshold)

        return segment, self.fingerprint(model, self._statistics())

    def score(self, case, path):
        row = super().score(case, path)
        # inferred: the published average is that of the three regions.
        dice = [row[f"{region}_dice"] for region in ("et", "wt", "tc")]
        return row | {"mean_dice": float(np.mean(dice))} | self._costs

    @cached_property
    def _costs(self):
        """Costs of the network, which are the same in every row."""
        trained, published = (
            build_network(self.method, self.protocol, PUBLISHED_SHAPE, labels)
            for labels in (len(LABELS), self.method.published_labels)
        )
        return {
            "parameters": published.count_params(),
            "parameters_trained": trained.count_params(),
            "gmac": round(giga_macs(trained), 4),
        }


def build_network(method, protocol, input_shape, labels=3):
    """Builds a method's network as a protocol says.

    Args:
        method: a `NetworkMethod`.
        protocol: a `Protocol`.
        input_shape: `(depth, height, width, channels)` in voxels.
        labels: number of maps.
    """
    rule = protocol.network
    options = {"negative_slope": rule.negative_slope, "dropout_rate": rule.dropout}
    if method.builder == "separable_unet":
        options |= {"dilation": rule.dilation, "mid_norm": rule.mid_norm}
    builder = getattr(networks, method.builder)
    return builder(input_shape, labels, rule.base_filters, **options)


def read(reader, names):
    """Returns images and masks of some cases, float32 `(batch, …)`."""
    images, labels = reader(names)
    return images, masks_of(labels)
