"""Hashes of arrays by what they say, not by how a file stores them."""

import hashlib

import numpy as np

_INT16 = np.iinfo(np.int16)


def digest_values(array):
    """Returns a hash of an array's shape and values, whatever its type.

    Arrays that are equal element by element have equal hashes: 7 as uint8, int32 or
    float64 is one value, and so are 0 and -0. Nothing is rounded.

    Args:
        array: numbers of any type and shape.

    Returns:
        A SHA-256 as a hexadecimal string.
    """
    values = _smallest(np.asarray(array))
    found = hashlib.sha256(f"{values.dtype.str} {values.shape}".encode())
    found.update(np.ascontiguousarray(values).data)
    return found.hexdigest()


def digest_picture(image):
    """Returns a hash that an image shares with its copies.

    A copy shows the same picture: it may be stored as another type, be rounded to
    float32, or have more or less background of zeros around it.

    Args:
        image: numbers of any type and shape; the background is exactly 0.

    Returns:
        A SHA-256 as a hexadecimal string.
    """
    image = np.asarray(image)
    if image.dtype.itemsize > 4:
        with np.errstate(over="ignore"):  # larger than any intensity: infinite
            image = image.astype(np.float32)
    return digest_values(image[_box(image)])


def _smallest(array):
    """Returns the values in the smallest of three types that holds all of them."""
    if array.dtype.kind not in "biuf":
        raise ValueError(f"Expected real numbers. Received: {array.dtype}")
    if array.dtype.kind == "b" or not array.size:
        return array.astype("<i2")
    low, high = array.min(), array.max()
    if low >= _INT16.min and high <= _INT16.max:  # False for NaN
        whole = array.astype("<i2")
        if array.dtype.kind in "iu" or np.array_equal(whole, array):
            return whole
    for kind in ("<f4", "<f8"):
        with np.errstate(over="ignore", invalid="ignore"):
            stored = array.astype(kind) + np.zeros((), kind)  # no -0
            back = stored.astype(array.dtype)
        if np.array_equal(back, array, equal_nan=array.dtype.kind == "f"):
            return stored
    return array.astype(array.dtype.newbyteorder("<"))  # integers beyond float64


def _box(image):
    """Returns the slices of the smallest box around all that is not 0."""
    filled, box = image != 0, []
    for axis in range(image.ndim):
        others = tuple(other for other in range(image.ndim) if other != axis)
        inside = np.flatnonzero(filled.any(axis=others))
        box.append(slice(inside[0], inside[-1] + 1) if inside.size else slice(0, 0))
    return tuple(box)
