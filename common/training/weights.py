"""Weights of a model in a file."""

import zipfile
from collections import Counter

import h5py

from common.errors import UserError
from common.files import atomic_path, describe_os_error

_MEMBER = "model.weights.h5"  # of a Keras archive
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
# What a file may hold beside weights, by a part of its name.
_NO_WEIGHTS = ("optimizer", "seed_generator", "metrics")


def save_weights(model, path):
    """Writes a model's weights atomically as a Keras `.weights.h5` file.

    Args:
        model: a Keras model.
        path: the file to write or replace.

    Raises:
        UserError: the folder cannot be written or the disk is full.
    """
    with atomic_path(path) as temporary:
        # HDF5 crashes the process, even after it has raised an error, where the disk
        # is full. Into this archive Keras writes a file that it has made in memory.
        archive = temporary.with_name(f"{temporary.name}.keras")
        try:
            model.save(archive)
            with zipfile.ZipFile(archive) as members:
                temporary.write_bytes(members.read(_MEMBER))
        finally:
            archive.unlink(missing_ok=True)


def load_weights(model, path, next_step):
    """Loads a Keras `.weights.h5` file into the model that it belongs to.

    Args:
        model: a Keras model.
        path: the file.
        next_step: what to do if that is impossible.

    Raises:
        UserError: the file is missing, damaged, a pointer of Git LFS, or has the
            weights of another network, such as one of another width.
    """
    wanted = _shapes(weight.shape for weight in model.weights)
    try:
        received = _difference(wanted, _shapes_in(path))
        if received is None:
            model.load_weights(path)
            return
    except OSError as error:
        received = damage_of(path) or _first_line(describe_os_error(error))
    except (ValueError, KeyError, RuntimeError) as error:
        received = damage_of(path) or _first_line(error)
    if received.startswith("a pointer"):
        next_step = "git lfs pull"
    expected = f"the weights of {model.name}, {model.count_params():,} numbers"
    raise UserError(path, expected, received, next_step)


def damage_of(path):
    """Returns what is wrong with a file by its first bytes, or None."""
    try:
        with open(path, "rb") as file:
            start = file.read(len(_LFS_POINTER))
    except OSError as error:
        return describe_os_error(error)
    if start == _LFS_POINTER:
        return "a pointer of Git LFS, in place of the file itself"
    return None if start else "an empty file"


def _shapes(shapes):
    return Counter(tuple(map(int, shape)) for shape in shapes)


def _shapes_in(path):
    """Returns how many weights of each shape are in a file."""
    shapes = []

    def visit(name, item):
        name = str(name)  # of a damaged file, bytes that are no text
        if isinstance(item, h5py.Dataset) and not any(w in name for w in _NO_WEIGHTS):
            shapes.append(item.shape)

    with h5py.File(path, "r", locking=False) as file:
        file.visititems(visit)
    return _shapes(shapes)


def _difference(wanted, found):
    """Returns how the shapes of weights differ from those wanted, or None."""
    if wanted == found:
        return None
    other, own = min(found - wanted, default=None), min(wanted - found, default=None)
    if other is None:
        return f"those of another network: {(wanted - found).total()} are missing"
    if own is None:
        return f"those of another network: {(found - wanted).total()} are left over"
    return f"those of another network, such as one of shape {other}, not {own}"


def _first_line(error):
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
