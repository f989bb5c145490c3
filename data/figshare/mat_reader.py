"""Safe reader of the `.mat` v7.3 (HDF5) files of the figshare CE-MRI data set.

A file is untrusted input. Everything that it declares (links, ranks, types, sizes) is
checked before any array is read, so that no file can lead us out of its folder or make
us allocate more memory than a slice needs.
"""

import contextlib
import math
from pathlib import Path

import h5py
import numpy as np
from h5py import h5l

from common.errors import UserError
from common.files import digest, os_error_of, require_readable, sha256, unreadable
from data.digests import digest_values
from data.figshare.mat_error import MatError
from data.figshare.slice import Slice

MAX_SIDE = 4096  # pixels; the real images have 256 or 512
_MAX_NUMBERS = 20_000  # of a border or of cvind

# The kinds of NumPy types that each field may have, and how many numbers it may hold.
_FIELDS = {
    "label": ("iuf", 1),
    "PID": ("u", 64),
    "image": ("iuf", MAX_SIDE**2),
    "tumorBorder": ("iuf", _MAX_NUMBERS),
    "tumorMask": ("u", MAX_SIDE**2),
}


def read_slice(path):
    """Reads one slice.

    Args:
        path: a `.mat` v7.3 file with the struct `cjdata`.

    Returns:
        A `Slice`.

    Raises:
        MatError: the file is damaged, links elsewhere, or a field is missing
            or is not what it should be (a `UserError` with a `code`).
    """
    path = Path(path)
    with _opened(path) as file:
        fields = _declared_fields(file, path)
        patient, label = _patient(fields, path), _label(fields, path)
        # MATLAB stores columns first: the transpose is the upright head.
        image = np.ascontiguousarray(fields["image"][...].T)
        mask = np.ascontiguousarray(fields["tumorMask"][...].T)
        border = fields["tumorBorder"][...].astype(np.float64)
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        count = int(np.count_nonzero(~np.isfinite(image)))
        raise MatError("not-finite", path, "a finite image", f"{count} NaN or Inf")
    if mask.max() > 1:
        received = f"the value {mask.max()}"
        raise MatError("mask-values", path, "tumorMask of 0 and 1", received)
    if not mask.any():
        raise MatError("empty-mask", path, "a tumor in tumorMask", "an empty mask")
    if border.size < 6 or border.size % 2 or not np.isfinite(border).all():
        expected = "tumorBorder as x1,y1,x2,y2,… with at least three finite points"
        raise MatError("bad-border", path, expected, f"{border.size} numbers")
    # MATLAB counts pixels from 1.
    return Slice(image, mask, border.reshape(-1, 2) - 1, patient, label)


def digest_slice(path):
    """Returns a hash of the fields of a slice, whatever type and compression they have.

    A file that cannot be read as a slice has the hash of its bytes.

    Args:
        path: a `.mat` v7.3 file with the struct `cjdata`.

    Raises:
        UserError: the file cannot be read at all.
    """
    try:
        item = read_slice(path)
    except MatError:
        return digest(["bytes", sha256(path)])
    arrays = (item.image, item.mask, item.border)
    return digest([*map(digest_values, arrays), item.patient, item.label])


def read_header(path):
    """Reads everything about one slice but its arrays.

    Args:
        path: a `.mat` v7.3 file with the struct `cjdata`.

    Returns:
        `(patient, label, (height, width))`; the patient is empty if the file names
        none.

    Raises:
        MatError: as for `read_slice`, as far as can be told without the arrays.
    """
    path = Path(path)
    with _opened(path) as file:
        fields = _declared_fields(file, path)
        size = fields["image"].shape[::-1]
        return _patient(fields, path), _label(fields, path), size


def read_cvind(path):
    """Reads the author's five patient folds.

    Args:
        path: `cvind.mat` or `cvind5fold.mat`.

    Returns:
        The fold, from 1, of each image in order of its index, as a tuple.

    Raises:
        MatError: the file is damaged or holds no such list.
    """
    path = Path(path)
    with _opened(path) as file:
        values = _declared(file, "cvind", "iuf", _MAX_NUMBERS, path)[...].ravel()
    if not np.isin(values, (1, 2, 3, 4, 5)).all():
        raise MatError("bad-cvind", path, "folds 1 to 5", "other values in cvind")
    return tuple(int(value) for value in values)


@contextlib.contextmanager
def _opened(path):
    """Opens an HDF5 file; errors of HDF5 become a `MatError`."""
    try:
        require_readable(path)
    except UserError as error:
        raise MatError.unreadable(error) from error
    try:
        if not h5py.is_hdf5(path):
            raise _not_hdf5(path)
        # Read-only files need no lock, which some file systems cannot give.
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        # h5py has no error classes of its own.
        reason = os_error_of(error)
        if reason is not None:
            raise MatError.unreadable(unreadable(path, reason)) from error
        code = "truncated" if "truncated" in str(error) else "damaged"
        expected = "a complete file; download it again"
        raise MatError(code, path, expected, f"{code}: {error}") from error


def _not_hdf5(path):
    """Returns the error of a file without the signature of HDF5."""
    expected = "a MATLAB v7.3 (HDF5) file"
    with open(path, "rb") as file:
        start = file.read(10)
    if start == b"MATLAB 7.3":
        return MatError("truncated", path, expected, "only its beginning")
    if start == b"MATLAB 5.0":
        received = "an old MATLAB v5 file (save it again with -v7.3)"
        return MatError("not-hdf5", path, expected, received)
    received = "another kind of file" if start else "an empty file"
    return MatError("not-hdf5", path, expected, received)


def _declared_fields(file, path):
    """Returns the datasets of `cjdata` by name, checked but not read."""
    group = _linked(file, "cjdata", h5py.Group, path)
    fields = {
        name: _declared(group, name, kinds, limit, path)
        for name, (kinds, limit) in _FIELDS.items()
    }
    image, mask = fields["image"], fields["tumorMask"]
    if max(image.shape) > MAX_SIDE:
        received = f"shape {image.shape}"
        raise MatError("huge-shape", path, f"at most {MAX_SIDE} pixels", received)
    if image.shape != mask.shape or not image.size:
        received = f"image {image.shape}, tumorMask {mask.shape}"
        raise MatError(
            "wrong-shape", path, "image and tumorMask of one shape", received
        )
    if mask.dtype != np.uint8:
        raise MatError("wrong-type", path, "tumorMask as uint8", mask.dtype)
    return fields


def _declared(group, name, kinds, limit, path):
    """Returns one dataset if its type, rank and size are as they should be."""
    dataset = _linked(group, name, h5py.Dataset, path)
    if dataset.external or dataset.is_virtual:
        received = "data stored in another file"
        raise MatError("external-link", path, f"{name} in this file", received)
    if dataset.dtype.kind not in kinds:
        raise MatError("wrong-type", path, f"{name} of numbers", dataset.dtype)
    if name == "PID" and _is_empty(dataset):
        return dataset
    if dataset.ndim != 2:
        received = f"shape {dataset.shape}"
        raise MatError("wrong-rank", path, f"{name} with two axes", received)
    # A chunk is decompressed as a whole, however small the declared array.
    if max(dataset.size, math.prod(dataset.chunks or ())) > limit:
        received = f"shape {dataset.shape}, chunks {dataset.chunks}"
        raise MatError(
            "huge-shape", path, f"{name} of at most {limit} numbers", received
        )
    return dataset


def _linked(group, name, kind, path):
    """Returns a member of a group if it is in the file itself."""
    # The low-level calls look only at the link; `name in group` would follow it.
    links, key = group.id.links, name.encode()
    if not links.exists(key):
        raise MatError("missing-field", path, f"the field {name}", "none")
    if links.get_info(key).type != h5l.TYPE_HARD:
        received = f"{name} is a link"
        raise MatError("external-link", path, "no external or soft links", received)
    member = group[name]
    if not isinstance(member, kind):
        received = type(member).__name__
        raise MatError("missing-field", path, f"{name} as {kind.__name__}", received)
    return member


def _is_empty(dataset):
    """Whether this is an empty MATLAB array, which is stored as its own shape."""
    return dataset.shape == (2,) and dataset.attrs.get("MATLAB_empty", 0) == 1


def _patient(fields, path):
    """Returns the patient id, or an empty string."""
    dataset = fields["PID"]
    if _is_empty(dataset):
        return ""
    codes = dataset[...].ravel()
    try:
        patient = codes.astype("<u2").tobytes().decode("utf-16-le").strip(" \0")
    except UnicodeDecodeError:
        patient = "\0"
    if not patient.isprintable():
        raise MatError("bad-pid", path, "PID as printable text", codes.tolist())
    return patient


def _label(fields, path):
    """Returns the tumor type, 1 to 3."""
    values = fields["label"][...].ravel()
    if values.size != 1 or values[0] not in (1, 2, 3):
        raise MatError("bad-label", path, "one label, 1, 2 or 3", values.tolist())
    return int(values[0])
