"""Putting downloaded content into a folder, where nothing foreign is replaced."""

import hashlib
from pathlib import PurePosixPath

from common.errors import UserError
from common.files import atomic_path, sha256


def are_unchanged(folder, known):
    """Whether all files of a download are there, as they were put.

    Args:
        folder: the folder.
        known: SHA-256 by file name; none for a download that was never put.

    Raises:
        UserError: a file has changed since.
    """
    if not known or not isinstance(known, dict):
        return False  # never put, or no list of ours
    if not all(_is_inside(name) for name in known):
        return False
    if not all((folder / name).is_file() for name in known):
        return False
    for name, digest in known.items():
        if sha256(folder / name) != digest:
            raise foreign_file(folder / name)
    return True


def place(content, target):
    """Writes one file, unless it is there already; returns its SHA-256.

    Args:
        content: its bytes.
        target: its path.

    Raises:
        UserError: another file is there.
    """
    if not target.exists():
        with atomic_path(target) as temporary:
            temporary.write_bytes(content)
    elif sha256(target) != hashlib.sha256(content).hexdigest():
        raise foreign_file(target)
    return sha256(target)


def foreign_file(path):
    """Returns the error about a file that is not the one to be put there."""
    return UserError(
        path,
        "the file of the data set, or no file",
        "another or a damaged file of this name",
        "delete it and run the command again, or choose another folder",
    )


def _is_inside(name):
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
