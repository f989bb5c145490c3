"""Weights in half precision: what is shipped takes half the room, or less."""

import io

import h5py
import numpy as np

from common.files import atomic_path
from papers.engine.quiet import import_tensorflow

# Kernels. Vectors (biases, statistics of normalization) are few and stay as they are:
# a variance of 1e-8 would be 0 in half precision.
_LEAST_RANK = 2
# What kernels may be rounded to, with the type in which HDF5 and Keras know the values:
# the lower half of a float32 that has 8 bits is zero and takes no room, compressed.
_STORED = {"float16": np.float16, "bfloat16": np.float32}
HALVES = tuple(_STORED)


def write_half(source, target, half="float16"):
    """Writes weights again with their kernels in half precision, compressed.

    Keras loads the file as it loads any: values become the network's own type.

    Args:
        source: a Keras `.weights.h5` file.
        target: the file to write or replace.
        half: one of `HALVES`. A network of the policy `"mixed_bfloat16"` was trained
            and scored with kernels that are rounded to `"bfloat16"`.

    Raises:
        ValueError: a kernel holds a value that half precision does not have.
        UserError: the folder cannot be written.
    """
    # Made in memory: HDF5 ends the process where the disk is full.
    content = io.BytesIO()
    with h5py.File(content, "w") as new, h5py.File(source, "r", locking=False) as old:
        _copy(old, new, half)
    with atomic_path(target) as temporary:
        temporary.write_bytes(content.getvalue())


def _copy(old, new, half):
    new.attrs.update(old.attrs)
    for name, item in old.items():
        if isinstance(item, h5py.Group):
            _copy(item, new.create_group(name), half)
        elif item.ndim < _LEAST_RANK:
            old.copy(item, new, name)
        else:
            values = _halved(item[()], item.name, half)
            new.create_dataset(name, data=values, shuffle=True, compression="gzip")


def _halved(values, name, half):
    """Returns a kernel in half precision.

    Raises:
        ValueError: it holds a value that half precision does not have.
    """
    import_tensorflow()  # it takes seconds, and `weights list` needs none of it
    import keras

    rounded = keras.ops.convert_to_numpy(keras.ops.cast(values, half))
    rounded = rounded.astype(_STORED[half])
    if not np.isfinite(rounded).all():
        largest = float(np.abs(values).max())
        raise ValueError(
            f"Kernel {name}: expected values that {half} has. Received: {largest:g}."
        )
    return rounded
