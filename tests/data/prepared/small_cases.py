"""Small prepared cases, with the whole grids that they were made from."""

import numpy as np

from data.order import generator
from data.prepared.pack import pack_volume
from data.prepared.volume_cache import VolumeCache

MODALITIES = ("flair", "t1", "t1ce", "t2")


def whole_grid(number, shape):
    """Returns random images `(*shape, 4)` int16 and labels of one small case.

    A box of brain with holes in single modalities, empty slices above and
    below, and tumor in some of its slices.
    """
    random = generator(11, number)
    low = [int(random.integers(1, 1 + n // 6)) for n in shape]
    high = [n - int(random.integers(1, 1 + n // 6)) for n in shape]
    box = tuple(map(slice, low, high))
    images = np.zeros((*shape, 4), np.int16)
    images[box] = random.integers(0, 900, images[box].shape)
    images[*[n // 2 for n in shape]] = 500
    labels = np.zeros(shape, np.uint8)
    third = [(b - a) // 3 for a, b in zip(low, high, strict=True)]
    inner = tuple(map(slice, np.add(low, third), np.subtract(high, third)))
    labels[inner] = random.integers(0, 5, labels[inner].shape)
    return images, labels


def write_cases(root, count, shape=(16, 24, 20), labeled=True):
    """Prepares some cases; returns the cache and the whole grids by case id."""
    cache, grids = VolumeCache(root, "small", "0" * 64), {}
    for number in range(count):
        case_id = f"case{number}"
        grids[case_id] = images, labels = whole_grid(number, shape)
        by_name = {name: images[..., i] for i, name in enumerate(MODALITIES)}
        info, arrays = pack_volume(by_name, labels if labeled else None, np.eye(4))
        cache.write_volume(case_id, "source", info, arrays)
    return cache, grids


def normalized(images):
    """The z-score of each modality over its nonzero voxels, in float64."""
    result = np.zeros(images.shape)
    for channel in range(images.shape[-1]):
        values = images[..., channel].astype(np.float64)
        own = values != 0
        result[..., channel][own] = (values[own] - values[own].mean()) / values[
            own
        ].std()
    return result
