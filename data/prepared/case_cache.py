"""Prepared cases on disk: one HDF5 file per case, atomic and content-addressed."""

import contextlib
import errno
import io
import os
import shutil

import h5py
import numpy as np
from h5py import h5f, h5fd, h5p

from common.errors import UserError
from common.files import (
    atomic_path,
    digest,
    os_error_of,
    read_json,
    unreadable,
    write_json,
)


class CaseCache:
    """A folder of prepared cases, named after a hash of the settings behind them.

    Other settings have another folder, so that nothing is ever mixed. Each file
    also names the source it was made from: a changed source is prepared again.

    Args:
        root: folder of all caches.
        name: readable start of the folder's name.
        settings: JSON-like dictionary of everything that shapes the prepared arrays.
    """

    def __init__(self, root, name, settings):
        self.folder = root / f"{name}-{digest(settings)[:12]}"
        self.name = name
        self.settings = settings

    def path(self, case_id):
        """Returns the file of one case."""
        return self.folder / f"{case_id}.h5"

    def holds(self, case_id, source):
        """Whether the cache has a case.

        Args:
            case_id: the case.
            source: digest of what it must have been made from.
        """
        path = self.path(case_id)
        if not os.path.exists(path):
            return False
        try:
            with h5py.File(path, "r", locking=False) as file:
                return _source(file) == source
        except (OSError, KeyError):
            return False  # not one of ours, or damaged: it is written again

    def write(self, case_id, source, arrays, chunks=None, attributes=None):
        """Writes one case, completely or not at all.

        Args:
            case_id: the case.
            source: digest of what the arrays were made from.
            arrays: arrays by name.
            chunks: shape of the pieces that can be read separately, by the array's
                name; an array that is not named is one piece.
            attributes: small values to store beside the arrays, by name.

        Raises:
            UserError: the folder cannot be written or the disk is full.
        """
        self._note_settings()
        # In memory first: HDF5 may crash when a full disk interrupts its writing.
        content = io.BytesIO()
        with _new_file(content) as file:
            # Of fixed length: strings of variable length are stored where no checksum
            # covers them, and HDF5 may read a damaged one forever.
            file.attrs["source"] = np.bytes_(source)
            for name, value in (attributes or {}).items():
                file.attrs[name] = value
            for name, array in arrays.items():
                # Uncompressed: reading is copying. The checksum of each chunk
                # reveals a damaged file when it is read.
                chunk = (chunks or {}).get(name, array.shape)
                file.create_dataset(
                    name,
                    data=array,
                    chunks=tuple(map(min, chunk, array.shape)),
                    fletcher32=True,
                    track_times=False,
                )
        with atomic_path(self.path(case_id)) as temporary:
            # No copy either, and no view that an error would keep open.
            temporary.write_bytes(content.getvalue())

    def siblings(self, but):
        """Returns the caches beside this one that differ in a single setting.

        Args:
            but: name of the setting, such as `"fingerprint"`.
        """
        found, same = [], digest({**self.settings, but: None})
        for path in sorted(self.folder.parent.glob("*/settings.json")):
            try:
                settings = read_json(path)
            except (OSError, UserError):
                continue  # not one of ours
            if (
                not isinstance(settings, dict)
                or self.settings.keys() != settings.keys()
            ):
                continue
            other = CaseCache(self.folder.parent, self.name, settings)
            if (
                path.parent == other.folder != self.folder
                and digest({**settings, but: None}) == same
            ):
                found.append(other)
        return found

    def take_over(self, case_id, source, other):
        """Takes a case over from another cache, if it is there and undamaged.

        It becomes a hard link, which is safe because no file of a cache is ever
        changed in place, or a copy where the file system has no hard links.

        Args:
            case_id: the case.
            source: digest of what the case must have been made from.
            other: one of `siblings`.

        Returns:
            True if it was there, made from `source`, and undamaged.

        Raises:
            UserError: the folder cannot be written or the disk is full.
        """
        if not _is_whole(other.path(case_id), source):
            return False
        self._note_settings()
        with atomic_path(self.path(case_id)) as temporary:
            try:
                os.link(other.path(case_id), temporary)
            except OSError:
                shutil.copyfile(other.path(case_id), temporary)
        return True

    @contextlib.contextmanager
    def open(self, case_id):
        """Opens the file of one case, an `h5py.File`, to read parts of it.

        Args:
            case_id: the case.

        Raises:
            UserError: the case or a part of it that is asked for is missing, or its
                file is damaged.
        """
        path = self.path(case_id)
        try:
            with h5py.File(path, "r", locking=False) as file:
                yield file
        except (OSError, KeyError) as error:
            reason = os_error_of(error)
            if reason is not None and reason.errno != errno.ENOENT:
                raise unreadable(path, reason) from error
            raise UserError(
                path,
                "a prepared case",
                error,
                "delete the file and run the prepare stage again",
            ) from error

    def read(self, case_id, names):
        """Reads some arrays of one case.

        Args:
            case_id: the case.
            names: names of the arrays.

        Returns:
            A list of the arrays.

        Raises:
            UserError: the case is missing or its file is damaged.
        """
        with self.open(case_id) as file:
            return [file[name][...] for name in names]

    def read_batch(self, case_ids, names):
        """Reads some arrays of several cases.

        Args:
            case_ids: the cases.
            names: names of the arrays.

        Returns:
            A list of arrays `(batch, …)`.

        Raises:
            UserError: a case is missing or its file is damaged.
        """
        cases = [self.read(case_id, names) for case_id in case_ids]
        return [np.stack(arrays) for arrays in zip(*cases, strict=True)]

    def _note_settings(self):
        if not (self.folder / "settings.json").exists():
            write_json(self.folder / "settings.json", self.settings)


def _source(file):
    source = file.attrs["source"]
    return source.decode() if isinstance(source, bytes) else source  # older files


def _is_whole(path, source):
    """Whether a case's file is made from `source`, by reading all of it."""
    if not os.path.exists(path):
        return False
    try:
        with h5py.File(path, "r", locking=False) as file:
            if _source(file) != source:
                return False
            dict(file.attrs)  # reads them all
            for name in file:
                file[name][...]  # compares the checksum of each chunk
    except (OSError, KeyError):
        return False
    return True


def _new_file(content):
    """Returns a new `h5py.File` in memory; equal content gives equal bytes."""
    creation = h5p.create(h5p.FILE_CREATE)
    # `h5py.File` has no option for this: the root group would store the time.
    creation.set_obj_track_times(False)
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    access.set_fileobj_driver(h5fd.fileobj_driver, content)
    # From format 1.10 on, HDF5 checks its own headers too.
    access.set_libver_bounds(h5f.LIBVER_V110, h5f.LIBVER_V110)
    name = repr(content).encode()
    return h5py.File(h5f.create(name, h5f.ACC_TRUNC, creation, access))
