"""Batches of whole axial slices: named first, read later."""

from functools import lru_cache

import numpy as np

from data.batches.slice_name import SliceName
from data.normalize import brain_zscore
from data.order import batches


def slice_batches(index, batch_size, seed, first_step=0, policy=None):
    """Yields the slices of each training step, endlessly.

    Args:
        index: a `data.batches.slice_index.SliceIndex`.
        batch_size: slices per step.
        seed: the run's seed.
        first_step: the global step to start from.
        policy: function from index and epoch to the index of that epoch, which has
            the same length in every epoch, such as `partial(balanced, seed=seed)`;
            None for all slices.

    Yields:
        A tuple of `batch_size` `SliceName`s.

    Raises:
        ValueError: there are fewer slices than a batch needs.
    """
    epoch_of, chosen = None, index
    count = len(index if policy is None else policy(index, epoch=0))
    for epoch, rows in batches(seed, count, batch_size, first_step):
        if policy is not None and epoch != epoch_of:
            epoch_of, chosen = epoch, policy(index, epoch=epoch)
        yield tuple(
            SliceName(
                chosen.case_ids[chosen.case[row]], int(chosen.z[row]), epoch, int(row)
            )
            for row in rows
        )


class SliceReader:
    """Reads what `slice_batches` names; for `data.batches.pipeline.batch_stream`.

    Args:
        cache: a `data.prepared.volume_cache.VolumeCache` that holds the cases.
        normalize: function from raw intensities `(…, channels)` and the case's
            `VolumeInfo` to float32.
        augment: a `data.batches.augment_rule.AugmentationRule` of rank 2, or None.
        seed: the run's seed, for the augmentation.
    """

    def __init__(self, cache, normalize=brain_zscore, augment=None, seed=0):
        self.cache = cache
        self.normalize = normalize
        self.augment = augment
        self.seed = seed
        self._info = lru_cache(maxsize=4096)(cache.info)

    def __call__(self, names):
        """Reads some slices.

        Args:
            names: their `SliceName`s.

        Returns:
            `(images, labels)`: float32 `(batch, height, width, modalities)` and
            uint8 `(batch, height, width)`.
        """
        images, labels = zip(*map(self.read, names), strict=True)
        return np.stack(images), np.stack(labels)

    def read(self, name):
        """Reads one slice.

        Args:
            name: its `SliceName`.

        Returns:
            `(image, labels)`: float32 `(height, width, modalities)` and uint8
            `(height, width)`.
        """
        info = self._info(name.case_id)
        start, size = (name.z, 0, 0), (1, *info.shape[1:])
        raw, labels = self.cache.window(name.case_id, ("images", "labels"), start, size)
        image, labels = self.normalize(raw[0], info), labels[0]
        if self.augment is not None:
            drawn = self.augment.draw(self.seed, name.epoch, name.row)
            image, labels = drawn.apply(image, labels)
        return image, labels

    def read_images(self, case_id):
        """Reads all slices of one case, for a prediction; no labels are needed.

        Args:
            case_id: the case.

        Returns:
            float32 `(depth, height, width, modalities)` of the whole grid.
        """
        info = self._info(case_id)
        (raw,) = self.cache.window(case_id, ("images",), (0, 0, 0), info.shape)
        return self.normalize(raw, info)
