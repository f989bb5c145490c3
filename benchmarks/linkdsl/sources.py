"""Ways to keep prepared slices, each a function that reads some of them.

Each builder writes random slices into a folder and returns
`read(case_ids) -> (image, mask)`, float32 `(batch, height, width, 1)`. The files
are in the page cache when they are read, as a training's files are from its second
epoch on. Nothing here imports TensorFlow.
"""

import h5py
import numpy as np

from benchmarks.linkdsl.variants import PACKED, RAW, STORED
from data.normalize import min_max, resize_area
from data.order import generator
from data.prepared.case_cache import CaseCache

CASES = 256
RAW_SIZE = 512


def case_ids():
    """Returns the ids of all slices."""
    return tuple(str(i) for i in range(CASES))


def slice_of(case_id, size):
    """Returns a random image and mask of a prepared slice."""
    random = generator(0, int(case_id))
    image = random.random((size, size, 1), np.float32)
    return image, (random.random((size, size, 1)) > 0.9).astype(np.uint8)


def cache(folder, size):
    """Returns the suite's cache, filled but not read yet."""
    filled = CaseCache(folder, "benchmark", {"image_size": size})
    for case_id in case_ids():
        image, mask = slice_of(case_id, size)
        filled.write(case_id, "random", {"image": image, "mask": mask})
    return filled


def shipped(folder, size):
    """The suite's cache: one file per slice, one chunk with a checksum."""
    filled = cache(folder, size)
    return lambda case_ids: _as_float(filled.read_batch(case_ids, ("image", "mask")))


def compressed(folder, size):
    """One file per slice, compressed with gzip."""
    return _files(folder, size, compression="gzip", fletcher32=True)


def contiguous(folder, size):
    """One file per slice, without chunks or checksums."""
    return _files(folder, size)


def memory_mapped(folder, size):
    """All slices in two memory-mapped arrays, already in the batch's layout."""
    images, masks = (
        np.lib.format.open_memmap(
            folder / f"{name}.npy", "w+", dtype, (CASES, size, size, 1)
        )
        for name, dtype in (("image", np.float32), ("mask", np.uint8))
    )
    for i, case_id in enumerate(case_ids()):
        images[i], masks[i] = slice_of(case_id, size)

    def read(case_ids):
        rows = [int(case_id) for case_id in case_ids]
        return _as_float((images[rows], masks[rows]))

    return read


def in_memory(folder, size):
    """All slices in memory."""
    images, masks = zip(*(slice_of(i, size) for i in case_ids()), strict=True)
    images, masks = np.stack(images), np.stack(masks)

    def read(case_ids):
        rows = [int(case_id) for case_id in case_ids]
        return _as_float((images[rows], masks[rows]))

    return read


def unprepared(folder, size):
    """One file per raw slice of 512 pixels, normalized and resampled when read."""
    raw = _write(
        folder,
        lambda case_id: [
            (array * 4000).astype(np.int16) if i == 0 else array
            for i, array in enumerate(slice_of(case_id, RAW_SIZE))
        ],
    )

    def read(case_ids):
        images, masks = zip(*(_read(raw, i) for i in case_ids), strict=True)
        image = [resize_area(min_max(array[..., 0]), size) for array in images]
        mask = [resize_area(array[..., 0], size) >= 0.5 for array in masks]
        return _as_float((np.stack(image)[..., None], np.stack(mask)[..., None]))

    return read


SOURCES = {
    STORED: shipped,
    "HDF5 a slice, gzip": compressed,
    "HDF5 a slice, plain": contiguous,
    PACKED: memory_mapped,
    "in memory": in_memory,
    RAW: unprepared,
}


def _files(folder, size, **options):
    written = _write(folder, lambda case_id: slice_of(case_id, size), **options)

    def read(case_ids):
        cases = [_read(written, case_id) for case_id in case_ids]
        return _as_float([np.stack(arrays) for arrays in zip(*cases, strict=True)])

    return read


def _write(folder, arrays_of, **options):
    for case_id in case_ids():
        with h5py.File(folder / f"{case_id}.h5", "w") as file:
            for name, array in zip(("image", "mask"), arrays_of(case_id), strict=True):
                chunks = array.shape if options else None
                file.create_dataset(name, data=array, chunks=chunks, **options)
    return folder


def _read(folder, case_id):
    with h5py.File(folder / f"{case_id}.h5", "r") as file:
        return [file[name][...] for name in ("image", "mask")]


def _as_float(arrays):
    image, mask = arrays
    return image, mask.astype(np.float32)
