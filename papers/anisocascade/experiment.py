"""The experiment of this paper: data, networks, loss and scores."""

import itertools
from functools import partial

import keras
import numpy as np

from common.inference.predict import Predictor
from common.metrics import overlap
from common.optimizers.adam import FusedAdam
from data.batches.patch_rule import PatchRule
from data.batches.patches import PatchSampler
from data.batches.pipeline import batch_stream
from data.batches.regions import label_region, modality_region
from data.brats.releases import MODALITIES
from papers.anisocascade.cascade import STAGES
from papers.anisocascade.losses import PooledDice
from papers.anisocascade.networks import enet, tnet, wnet
from papers.anisocascade.protocol import CONVENTION, ITERATIONS, NETWORKS
from papers.anisocascade.segmenter import Segmenter, load_networks
from papers.engine.brats.volume_experiment import VolumeExperiment

BUILDERS = {"wnet": wnet, "tnet": tnet, "enet": enet}
# The labels of each stage's region, the same in all releases.
REGION = {"whole": (1, 2, 3, 4), "core": (1, 3, 4), "enhancing": (4,)}
CHECKED_BATCHES = 10  # original code: train.py evaluates 10 batches


class Experiment(VolumeExperiment):
    """One network, or one cascade, on one split."""

    convention = CONVENTION
    steps_per_epoch = ITERATIONS

    def build(self):
        """Builds the method's network, for patches of any size."""
        builder = BUILDERS[self.method.network]
        model = builder(
            (None, None, None, len(MODALITIES)), self.protocol.network.base_channels
        )
        decay = self.protocol.training.weight_decay
        if decay:
            for variable in model.trainable_variables:
                if variable.path.endswith("kernel"):
                    # TensorFlow 1's L2 is half the sum of squares.
                    variable.regularizer = keras.regularizers.L2(decay / 2)
        return model

    @property
    def example_shape(self):
        """Shape of a patch, `(depth, height, width, modalities)`."""
        side = getattr(self.protocol.patches, self._size_key)
        return (self.protocol.patches.slices_in, side, side, len(MODALITIES))

    def smaller_examples(self):
        """Yields smaller patches for this network's stage."""
        whole = getattr(self.protocol.patches, self._size_key)
        for size in range(whole - 16, 15, -16):
            yield f"patches.{self._size_key}={size}", (size / whole) ** 2

    @property
    def _size_key(self):
        return f"{NETWORKS[self.method.network]}_size"

    def loss(self):
        """Returns the loss of all nine networks."""
        return PooledDice(epsilon=self.protocol.loss.smooth)

    def optimizer(self):
        """Returns the optimizer of all nine networks."""
        training = self.protocol.training
        return FusedAdam(training.learning_rate, epsilon=training.epsilon)

    def stream(self, first_step):
        """Returns the training batches from a global step on, without end."""
        sampler = self.sampler(self.split.train)
        batch, rule = sampler.batch_size, sampler.rule
        shapes = [
            (batch, *rule.image_size, len(MODALITIES)),
            (batch, *rule.label_size, 1),
        ]
        read = partial(self.read, sampler)
        return batch_stream(itertools.count(first_step), read, shapes)

    def sampler(self, case_ids, needs_region=True):
        """Returns the sampler of patches for this network's stage and view.

        Args:
            case_ids: the cases.
            needs_region: whether every batch must hold a voxel of the stage's region.
        """
        stage, patches = NETWORKS[self.method.network], self.protocol.patches
        side = getattr(patches, f"{stage}_size")
        rule = PatchRule(
            image_size=(patches.slices_in, side, side),
            label_size=(patches.slices_out, side, side),
            view=self.method.view,
            region=training_region(stage, patches.margin),
            foreground=REGION[stage] if needs_region else (),
            noise=self.protocol.inference.fill.mode == "noise",
        )
        if stage != "whole":
            grades = {case.id: case.group for case in self.dataset}
            case_ids = [
                case_id
                for case_id in case_ids
                for _ in range(patches.lgg_repeats if grades[case_id] == "LGG" else 1)
            ]
        size = self.protocol.training.batch_size
        return PatchSampler(self.cache, case_ids, rule, size, self.seed)

    def _holds(self, case_ids, stage):
        """Whether any of the cases has a stage's region, which some LGG lack."""
        columns = [1 + label for label in REGION[stage]]
        slices = (self.cache.info(case_id).slices for case_id in case_ids)
        return any(counts[:, columns].any() for counts in slices)

    def read(self, sampler, step):
        """Returns images and masks of the stage's region, float32 `(batch, …)`."""
        images, labels = sampler(step)
        mask = np.isin(labels, REGION[NETWORKS[self.method.network]])
        return images, mask[..., None].astype(np.float32)

    def validation(self, model):
        """Returns a function that scores the model on the same few patches.

        Departure: the code evaluates the loss of 10 more training batches; our patches
        are of held-out patients. Nothing depends on it.
        """
        held_out, stage = self.validation_cases(), NETWORKS[self.method.network]
        loss = self.loss()
        sampler = self.sampler(held_out, needs_region=self._holds(held_out, stage))
        predict = Predictor(model, sampler.batch_size)

        def validate():
            losses, counts = [], np.zeros(4, np.int64)
            for step in range(CHECKED_BATCHES):
                images, truth = self.read(sampler, step)
                logits = predict(images)
                losses.append(float(loss(truth, logits)))
                found = logits.argmax(-1) == 1
                counts += overlap.confusion(found, truth[..., 0])
            dice = float(overlap.dice(*counts))
            return {"val_loss": float(np.mean(losses)), "val_dice": dice}

        return validate

    def released_models(self, folder):
        """Returns the authors' networks by stage and view."""
        return load_networks(folder)

    def segmentation(self, models):
        """Returns how the cascade segments cases.

        Args:
            models: the networks by method, or by stage and view.
        """
        networks = {_stage_and_view(key): model for key, model in models.items()}
        segmenter = Segmenter(networks, self.protocol.inference)
        return partial(self._segment, segmenter), segmenter.fingerprint()

    def _segment(self, segmenter, case_id):
        shape = self.cache.info(case_id).shape
        (images,) = self.cache.window(case_id, ("images",), (0, 0, 0), shape)
        return segmenter.segment_volumes(np.moveaxis(images, -1, 0))


def training_region(stage, margin):
    """Returns the part of a case from which a stage's patches are drawn.

    original code: data_loader.py, where the upper margin is one voxel smaller.
    """
    brain = modality_region(MODALITIES.index("flair"), margin)
    if stage == "whole":
        return brain
    around = REGION[STAGES[STAGES.index(stage) - 1]]
    return label_region(around, margin, within=brain, high_margin=margin - 1)


def _stage_and_view(key):
    """Returns stage and view of a network: `("whole", "axial")` for wnet-axial."""
    if isinstance(key, tuple):
        return key
    network, view = key.split("-")
    return NETWORKS[network], view
