"""What the runner needs to know of this paper: data, networks, loss, scores."""

from functools import partial

import keras
import numpy as np

from common.errors import UserError
from common.evidence import protocol_digest
from common.files import write_json
from common.inference.predict import Predictor
from common.metrics import overlap
from common.metrics.case_scores import score_case
from common.metrics.regions import region_masks
from common.training.plateau import Plateau
from data.batches.augment_rule import AugmentationRule
from data.batches.pipeline import batch_stream
from data.batches.volume_name import VolumeName
from data.batches.volumes import VolumeReader, volume_batches
from data.brats.releases import MODALITIES
from data.normalize import mean_statistics
from data.volume.geometry import Geometry
from papers.dsunet import networks
from papers.dsunet.cost import giga_macs
from papers.dsunet.losses import LabelDice
from papers.dsunet.preprocessing import (
    LABELS,
    labels_of,
    masks_of,
    place,
    scale,
)
from papers.dsunet.protocol import CONVENTION
from papers.engine.brats import folds, open_dataset, prepare, prepared_cache
from papers.engine.label_maps import fingerprint_of, predictions_of

__all__ = ["Experiment", "folds", "open_dataset", "prepare", "prepared_cache"]

# The scaling of a run, beside its weights: a prediction needs both.
STATISTICS = "intensity.json"
# Its arithmetic is compared at the published size, whatever the run's.
PUBLISHED_SHAPE = (128, 128, 128, len(MODALITIES))


class Experiment:
    """One network on one split.

    Args:
        method: a `NetworkMethod` of the protocol.
        protocol: a `papers.dsunet.protocol.Protocol`.
        cache: the `VolumeCache` of the data set.
        split: a `data.splits.folds.Split`.
        seed: seed of the weights, of the order and of the augmentation.
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
        self.steps_per_epoch = len(split.train) // self.batch_size

    def build(self):
        """Builds the method's network."""
        size = self.protocol.geometry.size
        return build_network(
            self.method, self.protocol, (size, size, size, len(MODALITIES))
        )

    def loss(self):
        """Returns the loss of both networks."""
        rule = self.protocol.loss
        return LabelDice(squares=rule.squares, smooth=rule.smooth)

    def optimizer(self):
        """Returns the optimizer of both networks."""
        return keras.optimizers.Adam(self.protocol.training.learning_rate)

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
        """Returns what reads whole cases at the network's size."""
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
        """Returns means and deviations of the modalities, as lists."""
        ids = self.split.train
        if self.protocol.intensity.statistics == "all":
            ids = (*ids, *self.split.validation, *self.split.test)
        mean, std = mean_statistics([self.cache.info(case_id) for case_id in ids])
        return mean.tolist(), std.tolist()

    def validation(self, model):
        """Returns a function that scores the model on the validation cases.

        The best epoch is the one of the lowest loss: `val_dice` is one minus it,
        the labels' mean soft Dice. `val_wt_dice` and the like are of the regions,
        pooled over the cases and at the network's resolution.

        Raises:
            UserError: no case is held out.
        """
        if not self.split.validation:
            raise UserError(
                f"fold {self.split.fold}",
                "a held-out case to choose the best epoch by",
                f"none of {len(self.split.train)} training cases",
                "SET=folds.validation_share=0.2, or take more cases",
            )
        loss, predict = self.loss(), Predictor(model, batch_size=1)
        reader = self.reader()
        threshold = self.protocol.inference.threshold

        def validate():
            losses, counts = [], {}
            for case_id in self.split.validation:
                image, labels = reader.read(VolumeName(case_id, 0, 0))
                probability = predict(image[None])
                losses.append(float(loss(masks_of(labels)[None], probability)))
                truths = region_masks(labels)
                found = region_masks(labels_of(probability[0], threshold))
                for name, truth in truths.items():
                    new = np.array(overlap.confusion(found[name], truth))
                    counts[name] = counts.get(name, 0) + new
            value = float(np.mean(losses))
            regions = {
                f"val_{name}_dice": float(overlap.dice(*count))
                for name, count in counts.items()
            }
            return {"val_loss": value, "val_dice": 1 - value, **regions}

        return validate

    def evaluate(self, model):
        """Yields each test case's scores, `(case_id, values)`.

        Scores are of the case's own grid. A case that was segmented before is read
        again from the run's folder. Where a case cannot be read, the `UserError`
        stands in the place of its scores.
        """
        reader, predict = self.reader(), Predictor(model, batch_size=1)
        made_by = fingerprint_of(
            [model], self._statistics(), protocol_digest(self.protocol)
        )
        folder = predictions_of(made_by, self.folder)
        cases = {case.id: case for case in self.dataset}
        costs = self._costs()
        for case_id in self.split.test:
            path = folder / f"{case_id}.nii.gz"
            try:
                if not path.exists():
                    probability = predict(reader.read_image(case_id)[None])[0]
                    whole = reader.placement(case_id).restore(probability)
                    labels = labels_of(whole, self.protocol.inference.threshold)
                    self.dataset.write_prediction(cases[case_id], labels, path)
                yield case_id, self._score(cases[case_id], path) | costs
            except UserError as error:
                yield case_id, error

    def _score(self, case, path):
        info = self.cache.info(case.id)
        labels = self.dataset.read_prediction(case, path)
        truth = self.dataset.read_labels(case)
        spacing = Geometry(info.shape, info.affine).spacing
        row = score_case(labels, truth, spacing, convention=CONVENTION)
        dice = [row[f"{region}_dice"] for region in ("et", "wt", "tc")]
        # inferred: the published average is taken over the three regions.
        return row | {"mean_dice": float(np.mean(dice))}

    def _costs(self):
        """Returns what the network costs, the same in every row."""
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
