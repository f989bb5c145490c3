"""Patches of prepared volumes in three views."""

from functools import lru_cache

import numpy as np

from common.errors import UserError
from data.batches.patch_name import PatchName
from data.normalize import brain_zscore
from data.order import NOISE, PATCHES, generator
from data.volume.views import axes_from_view, axes_to_view, to_view

# After so many draws of a batch without foreground, it is considered impossible.
MAX_DRAWS = 1000


class PatchSampler:
    """Draws and reads the batch of any training step.

    Each patch comes from a case drawn at random and has a center drawn at random. No
    step needs the ones before it. `data.batches.pipeline.batch_stream` takes the
    numbers of the steps as the names of their batches:
    `batch_stream(itertools.count(first_step), sampler, shapes)`.

    Args:
        cache: a `data.prepared.volume_cache.VolumeCache` that holds the cases.
        case_ids: the cases; one that is listed twice is drawn twice as often.
        rule: a `data.batches.patch_rule.PatchRule`.
        batch_size: patches per step.
        seed: the run's seed.
        normalize: function from raw intensities `(…, channels)` and the case's
            `VolumeInfo` to float32.
        augment: a `data.batches.augment_rule.AugmentationRule` of rank 3, or None;
            drawn for `(step, position in the batch)`.
    """

    def __init__(
        self,
        cache,
        case_ids,
        rule,
        batch_size,
        seed,
        normalize=brain_zscore,
        augment=None,
    ):
        self.cache = cache
        self.case_ids = tuple(case_ids)
        self.rule = rule
        self.batch_size = batch_size
        self.seed = seed
        self.normalize = normalize
        self.augment = augment
        # A few numbers per case; no voxels are kept.
        self._info = lru_cache(maxsize=4096)(cache.info)
        self._region = lru_cache(maxsize=4096)(self._find_region)

    def __call__(self, step):
        """Reads the batch of a step.

        Args:
            step: the training step.

        Returns:
            `(images, labels)`: float32 `(batch, *image_size, modalities)` and
            uint8 `(batch, *label_size)`, in the order of the view's axes.

        Raises:
            UserError: a great many draws have no foreground.
        """
        names, labels = self.draw(step)
        images = [self.read_image(name) for name in names]
        if self.augment is not None:
            drawn = [self.augment.draw(self.seed, step, n.position) for n in names]
            patches = zip(drawn, images, labels, strict=True)
            images, labels = zip(*(d.apply(x, y) for d, x, y in patches), strict=True)
        return np.stack(images), np.stack(labels)

    def draw(self, step):
        """Draws the patches of a step, repeatedly until one has foreground.

        Args:
            step: the training step.

        Returns:
            `(names, labels)`: a tuple of `PatchName`s and a list of their labels.
        """
        for attempt in range(MAX_DRAWS):
            random = generator(self.seed, step, attempt, PATCHES)
            names = tuple(
                self._draw_one(random, step, position)
                for position in range(self.batch_size)
            )
            labels = [self.read_labels(name) for name in names]
            foreground = self.rule.foreground
            if not foreground or any(np.isin(x, foreground).any() for x in labels):
                return names, labels
        raise UserError(
            self.cache.folder,
            f"patches that hold one of the labels {self.rule.foreground}",
            f"none of them in {MAX_DRAWS} batches of {self.batch_size}",
            "look at the label maps of these cases, or add cases that have such labels",
        )

    def read_labels(self, name):
        """Reads the labels of a patch.

        Args:
            name: its `PatchName`.

        Returns:
            uint8 `label_size`, in the order of the view's axes.
        """
        size = self.rule.label_size
        inside, (found,) = self._window(name, ("labels",), size)
        labels = np.zeros(size, np.uint8)
        labels[inside] = to_view(found, self.rule.view)
        return labels

    def read_image(self, name):
        """Reads the image of a patch, normalized and filled.

        Args:
            name: its `PatchName`.

        Returns:
            float32 `(*image_size, modalities)`, in the order of the view's axes.
        """
        size, info = self.rule.image_size, self._info(name.case_id)
        inside, (raw,) = self._window(name, ("images",), size)
        shape = (*size, raw.shape[-1])
        normal = to_view(self.normalize(raw, info), self.rule.view)
        if not self.rule.noise:
            image = np.zeros(shape, np.float32)
            image[inside] = normal
            return image
        # Noise is drawn for the whole patch, so that it depends only on the name.
        random = generator(self.seed, name.step, name.position, NOISE)
        image = random.standard_normal(shape, np.float32)
        np.copyto(image[inside], normal, where=to_view(raw, self.rule.view) != 0)
        return image

    def _draw_one(self, random, step, position):
        case_id = self.case_ids[random.integers(len(self.case_ids))]
        start, stop = self._region(case_id)
        size = axes_to_view(np.subtract(stop, start), self.rule.view)
        center = axes_from_view(self.rule.draw_center(random, size), self.rule.view)
        center = tuple(np.add(start, center).tolist())
        return PatchName(case_id, center, step, position)

    def _find_region(self, case_id):
        return self.rule.region(self.cache, case_id)

    def _window(self, name, arrays, size):
        """Reads the part of a patch inside the region; returns its place and arrays."""
        size = np.array(axes_from_view(size, self.rule.view))
        first = np.subtract(name.center, size // 2)
        start, stop = self._region(name.case_id)
        low = np.clip(start - first, 0, size)
        high = np.clip(stop - first, low, size)
        inside = axes_to_view(tuple(map(slice, low, high)), self.rule.view)
        read = self.cache.window(name.case_id, arrays, first + low, high - low)
        return inside, read
