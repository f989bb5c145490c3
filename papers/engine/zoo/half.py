"""Weights in half precision: what is shipped takes half the room, or less."""

import io

import h5py
import numpy as np

from common.files import atomic_path

# Kernels. Vectors (biases, statistics of normalization) are few and stay as they are:
# a variance of 1e-8 would be 0 in half precision.
_LEAST_RANK = 2
# Half precision has 11 bits: a rounded value is within this part of it.
_ROUNDING = 2.0**-11
_LARGEST = float(np.finfo(np.float16).max)


def write_half(source, target):
    """Writes weights again with their kernels in half precision, compressed.

    Keras loads the file as it loads any: values become the network's own type.

    Args:
        source: a Keras `.weights.h5` file.
        target: the file to write or replace.

    Raises:
        ValueError: a kernel holds a value that half precision does not have.
        UserError: the folder cannot be written.
    """
    # Made in memory: HDF5 ends the process where the disk is full.
    content = io.BytesIO()
    with h5py.File(content, "w") as new, h5py.File(source, "r", locking=False) as old:
        _copy(old, new)
    with atomic_path(target) as temporary:
        temporary.write_bytes(content.getvalue())


def _copy(old, new):
    new.attrs.update(old.attrs)
    for name, item in old.items():
        if isinstance(item, h5py.Group):
            _copy(item, new.create_group(name))
        elif item.ndim < _LEAST_RANK:
            old.copy(item, new, name)
        else:
            values = _halved(item[()], item.name)
            new.create_dataset(name, data=values, shuffle=True, compression="gzip")


def _halved(values, name):
    """Returns a kernel in half precision.

    Raises:
        ValueError: it holds a value that half precision does not have.
    """
    largest = float(np.abs(values).max(initial=0))
    if not largest * (1 + _ROUNDING) < _LARGEST:
        raise ValueError(
            f"Kernel {name}: expected values below {_LARGEST:g}. Received: {largest:g}."
        )
    return values.astype(np.float16)
