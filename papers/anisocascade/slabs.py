"""One network on one view of a case, slab by slab."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from common.boxes import read_window, write_window
from papers.anisocascade.preprocessing import patch_fill


def patch_size(slices, min_size):
    """Returns the `(height, width)` of the patches of a view in voxels.

    Args:
        slices: `(height, width)` of the view's slices.
        min_size: `(height, width)` of the smallest patch.
    """
    return tuple(
        max(-(-length // 4) * 4, smallest)
        for length, smallest in zip(slices, min_size, strict=True)
    )


def slab_centers(depth, slices_out):
    """Returns the middle slice of each slab of a view.

    The slabs cover the view. The last one is moved back to end with the view, so that
    it overlaps the one before it.

    Args:
        depth: number of slices of the view.
        slices_out: number of slices that one slab predicts, odd.
    """
    half = slices_out // 2
    return [min(c, depth - half) for c in range(half, depth + half, slices_out)]


def predict_view(image, network, size, protocol, number=0, progress=None):
    """Runs a network on all slabs of a view.

    While it runs, a thread fills the patches of the next batch.

    Args:
        image: float32 `(slices, height, width, modalities)`, in the view's order.
        network: function from patches `(batch, slices_in, height, width,
            modalities)` to foreground probabilities `(batch, slices_out, height,
            width)`.
        size: `(height, width)` of the smallest patch.
        protocol: an `Inference`.
        number: number of the network, which decides its noise.
        progress: function of batches done and batches in all, or None.

    Returns:
        Foreground probabilities, float32 `(slices, height, width)`.
    """
    tiling = protocol.tiling
    depth, middle = len(image), [length // 2 for length in image.shape[1:3]]
    centers = slab_centers(depth, tiling.slices_out)
    batches = -(-len(centers) // tiling.batch_size)
    spare = batches * tiling.batch_size - len(centers)
    # Spare patches see no voxel. The released code writes their output nevertheless.
    centers += [depth - tiling.slices_out // 2] * spare
    size = patch_size(image.shape[1:3], size)
    shape_in = (tiling.slices_in, *size)
    shape_out = (tiling.slices_out, *size)
    result = np.zeros(image.shape[:3], np.float32)

    def indices_of(batch):
        first = batch * tiling.batch_size
        return range(first, first + tiling.batch_size)

    def filled(batch):
        patches = np.empty((tiling.batch_size, *shape_in, image.shape[3]), np.float32)
        for patch, index in zip(patches, indices_of(batch), strict=True):
            patch[:] = patch_fill(protocol.fill, patch.shape, number, index)
            if index < len(centers) - spare:
                read_window(image, _start((centers[index], *middle), shape_in), patch)
        return patches

    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(filled, 0)
        for batch in range(batches):
            patches = coming.result()
            if batch + 1 < batches:
                coming = ahead.submit(filled, batch + 1)
            for output, index in zip(network(patches), indices_of(batch), strict=True):
                if index < len(centers) - spare or tiling.tail_overwrite:
                    start = _start((centers[index], *middle), shape_out)
                    write_window(result, start, output)
            if progress is not None:
                progress(batch + 1, batches)
    return result


def _start(center, size):
    return [c - length // 2 for c, length in zip(center, size, strict=True)]
