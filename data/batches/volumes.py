"""Whole volumes, resampled or cropped to one size, as examples for training."""

from functools import lru_cache

import numpy as np

from data.batches.volume_name import VolumeName
from data.normalize import brain_zscore
from data.order import batches
from data.volume.resampling import resample, resample_labels


def volume_batches(case_ids, batch_size, seed, first_step=0):
    """Yields the volumes of each training step, endlessly.

    Args:
        case_ids: the cases.
        batch_size: volumes per step.
        seed: the run's seed.
        first_step: the global step to start from.

    Yields:
        A tuple of `batch_size` `VolumeName`s.

    Raises:
        ValueError: there are fewer cases than a batch needs.
    """
    for epoch, rows in batches(seed, len(case_ids), batch_size, first_step):
        yield tuple(VolumeName(case_ids[row], epoch, int(row)) for row in rows)


class VolumeReader:
    """Reads what `volume_batches` names; for `data.batches.pipeline.batch_stream`.

    Args:
        cache: a `data.prepared.volume_cache.VolumeCache` that holds the cases.
        place: function from a case's `VolumeInfo` to a
            `data.batches.placement.Placement`, such as
            `lambda info: Placement.resized(info, (128, 128, 128))`.
        normalize: function from raw intensities `(…, channels)` and the case's
            `VolumeInfo` to float32. It sees the voxels before they are
            resampled, while brain and background are not mixed yet.
        augment: a `data.batches.augment_rule.AugmentationRule` of rank 3, or None.
        seed: the run's seed, for the augmentation.
    """

    def __init__(self, cache, place, normalize=brain_zscore, augment=None, seed=0):
        self.cache = cache
        self.place = place
        self.normalize = normalize
        self.augment = augment
        self.seed = seed
        self._info = lru_cache(maxsize=4096)(cache.info)

    def __call__(self, names):
        """Reads some volumes.

        Args:
            names: their `VolumeName`s.

        Returns:
            `(images, labels)`: float32 `(batch, depth, height, width,
            modalities)` and uint8 `(batch, depth, height, width)`.
        """
        images, labels = zip(*map(self.read, names), strict=True)
        return np.stack(images), np.stack(labels)

    def read(self, name):
        """Reads one volume.

        Args:
            name: its `VolumeName`.

        Returns:
            `(image, labels)`: float32 `(depth, height, width, modalities)` and uint8
            `(depth, height, width)`.
        """
        placement = self.placement(name.case_id)
        image = self.read_image(name.case_id)
        (labels,) = self.cache.window(
            name.case_id, ("labels",), placement.start, placement.size
        )
        labels = resample_labels(labels, placement.shape)
        if self.augment is not None:
            drawn = self.augment.draw(self.seed, name.epoch, name.row)
            image, labels = drawn.apply(image, labels)
        return image, labels

    def read_image(self, case_id):
        """Reads the image of one case, for a prediction; no labels are needed.

        Args:
            case_id: the case.

        Returns:
            float32 `(depth, height, width, modalities)`.
        """
        placement, info = self.placement(case_id), self._info(case_id)
        (raw,) = self.cache.window(
            case_id, ("images",), placement.start, placement.size
        )
        return resample(self.normalize(raw, info), placement.shape)

    def placement(self, case_id):
        """Returns the `Placement` of the input of a case in its whole grid."""
        return self.place(self._info(case_id))
