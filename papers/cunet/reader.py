"""Slices with the class of each pixel and the brain, as the losses need them."""

from functools import lru_cache

import numpy as np

from data.batches.slice_name import SliceName
from data.normalize import brain_zscore
from data.padding import padded

# Label 3 of 2013 and 2015, non-enhancing tumor, has been part of label 1 since 2017.
CLASS_OF_LABEL = np.array([0, 1, 2, 1, 3], np.uint8)
LABEL_OF_CLASS = np.array([0, 1, 2, 4], np.uint8)
_BRAIN = 8  # bit that carries the brain through an augmentation


class RegionReader:
    """Reads images, classes and brain of slices.

    Args:
        cache: a `data.prepared.volume_cache.VolumeCache` that holds the cases.
        augment: a `data.batches.augment_rule.AugmentationRule` of rank 2, or None.
        seed: the run's seed, for the augmentation.
    """

    def __init__(self, cache, augment=None, seed=0):
        self.cache = cache
        self.augment = augment
        self.seed = seed
        self._info = lru_cache(maxsize=4096)(cache.info)

    def __call__(self, names):
        """Reads some slices, padded so that the poolings divide them.

        Args:
            names: `data.batches.slices.SliceName`s.

        Returns:
            `(images, classes, brain)`: float32 `(batch, height, width, 4)`, uint8
            `(batch, height, width)` and booleans of the same shape.
        """
        images, codes = zip(*map(self._read, names), strict=True)
        images, codes = padded(np.stack(images)), padded(np.stack(codes))
        return images, codes % _BRAIN, codes >= _BRAIN

    def _read(self, name: SliceName):
        info = self._info(name.case_id)
        start, size = (name.z, 0, 0), (1, *info.shape[1:])
        raw, labels, brain = self.cache.window(
            name.case_id, ("images", "labels", "brain"), start, size
        )
        image = brain_zscore(raw[0], info)
        code = CLASS_OF_LABEL[labels[0]] + np.uint8(_BRAIN) * (brain[0] > 0)
        if self.augment is not None:
            drawn = self.augment.draw(self.seed, name.epoch, name.row)
            image, code = drawn.apply(image, code)
        return image, code

    def read_case(self, case_id):
        """Reads all slices of a case for a prediction, which needs no labels.

        Returns:
            `(images, brain)`: float32 `(depth, height, width, 4)` and booleans
            `(depth, height, width)`, both of the whole grid.
        """
        info = self._info(case_id)
        raw, brain = self.cache.window(
            case_id, ("images", "brain"), (0, 0, 0), info.shape
        )
        return brain_zscore(raw, info), brain > 0
