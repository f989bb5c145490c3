"""Writer of `.mat` v7.3 files laid out like those of the figshare data set.

User block, superblock, attributes, chunks and compression are the same as in the
originals; only the platform in the header tells that MATLAB was not involved. No times
are stored, so that equal content gives equal bytes.
"""

import contextlib

import h5py
import numpy as np

from common.files import atomic_path

_HEADER = (
    b"MATLAB 7.3 MAT-file, Platform: PHANTOM, "
    b"Created on: Mon Aug 03 21:51:25 2015 HDF5 schema 1.00 ."
)
_USER_BLOCK = _HEADER.ljust(116) + bytes(8) + b"\x00\x02IM" + bytes(384)
_FIELDS = ("label", "PID", "image", "tumorBorder", "tumorMask")


def write_slice(path, item):
    """Writes one slice as `<index>.mat`, the counterpart of `read_slice`.

    Args:
        path: the file; an existing one is replaced.
        item: a `Slice`; its image is stored as int16.

    Raises:
        ValueError: int16 cannot hold the image without loss, image and mask differ
            in shape, or the label is none of 1, 2 and 3.
        UserError: the file cannot be written.
    """
    _check(item)
    content = _encode_slice(item)
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def _check(item):
    image = np.asarray(item.image)
    if image.ndim != 2 or image.shape != np.shape(item.mask):
        raise ValueError(
            "Expected an image (height, width) and a mask of the same shape. "
            f"Received: {image.shape} and {np.shape(item.mask)}"
        )
    limits = np.iinfo(np.int16)
    whole = np.issubdtype(image.dtype, np.integer) or np.all(image == np.rint(image))
    if not whole or image.min() < limits.min or image.max() > limits.max:
        raise ValueError(
            "Expected whole intensities that int16 can hold: scale the image, for "
            "example to 0 to 4095, and round it. Received: values from "
            f"{image.min()} to {image.max()} of type {image.dtype}"
        )
    if item.label not in (1, 2, 3):
        raise ValueError(
            f"Expected the label 1, 2 or 3. Received: label={item.label!r}"
        )


def _encode_slice(item):
    with _file_in_memory() as file:
        group = file.create_group("cjdata")
        group.attrs["MATLAB_class"] = np.bytes_("struct")
        names = np.empty(len(_FIELDS), object)
        names[:] = [np.frombuffer(name.encode(), "S1") for name in _FIELDS]
        text = h5py.vlen_dtype(np.dtype("S1"))
        group.attrs.create("MATLAB_fields", names, dtype=text)

        codes = np.frombuffer(item.patient.encode("utf-16-le"), "<u2")
        # MATLAB counts pixels from 1 and stores columns first.
        border = (item.border + 1).reshape(1, -1)
        _add(group, "PID", codes[:, None], "char", decode=2)
        _add(group, "image", item.image.astype(np.int16).T, "int16", columns=64)
        _add(group, "label", np.array([[item.label]], np.float64), "double")
        _add(group, "tumorBorder", border, "double")
        _add(group, "tumorMask", item.mask.T, "logical", decode=1, columns=128)
        return _content(file)


def write_cvind(path, folds):
    """Writes patient folds as `cvind.mat`, the counterpart of `read_cvind`.

    Args:
        path: the file; an existing one is replaced.
        folds: the fold, from 1, of each image in order of its index.
    """
    with _file_in_memory() as file:
        values = np.array([folds], np.float64)
        dataset = file.create_dataset(
            "cvind",
            data=values,
            chunks=values.shape,
            compression="gzip",
            compression_opts=3,
            track_times=False,
        )
        dataset.attrs["MATLAB_class"] = np.bytes_("double")
        content = _content(file)
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def _add(group, name, array, matlab_class, decode=None, columns=None):
    """Adds one field; a compressed one has chunks of `columns` columns."""
    storage = {}
    if columns is not None:
        storage = {
            "chunks": (array.shape[0], min(columns, array.shape[1])),
            "maxshape": (None, None),
            "compression": "gzip",
            "compression_opts": 3,
        }
    dataset = group.create_dataset(name, data=array, track_times=False, **storage)
    dataset.attrs["H5PATH"] = np.bytes_("/cjdata")
    dataset.attrs["MATLAB_class"] = np.bytes_(matlab_class)
    if decode is not None:
        dataset.attrs["MATLAB_int_decode"] = np.int32(decode)


@contextlib.contextmanager
def _file_in_memory():
    """Yields a new HDF5 file that is never on a disk.

    HDF5 may crash the process if it writes to a disk that is full.
    """
    options = {"driver": "core", "backing_store": False}
    options |= {"libver": "earliest", "userblock_size": len(_USER_BLOCK)}
    with h5py.File("memory", "w", **options) as file:
        yield file


def _content(file):
    """Returns the bytes of a file in memory, with MATLAB's header before them."""
    file.flush()
    return _USER_BLOCK + file.id.get_file_image()
