"""Files that are either whole or absent: atomic writes and content digests.

Only the standard library is used, so that `data` may use this module as well: with
`common.errors`, it is the one exception to the rule that `data` imports nothing
from `common`.
"""

import contextlib
import csv
import fcntl
import glob
import hashlib
import io
import json
import os
import platform
import re
import shutil
import sys
from pathlib import Path

from common.errors import UserError
from common.running import is_running

# The names that `atomic_path` and `atomic_folder` give, and those of nobody else.
_TEMPORARY = re.compile(r"\..+\.(\d+)\.tmp(?:\.weights\.h5|\.keras)?")
# Who runs on another machine cannot be told here, so their files have another name.
_MACHINE = hashlib.sha256(platform.node().encode()).hexdigest()[:6]
# How a cell begins that Excel, LibreOffice or Google's tables would compute, behind the
# marks by which they know a text; and what is no more than a number.
_FORMULA = re.compile(r"'* *[=+\-@＝＋－＠\t\r\n]")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]inf")
_FREE_AND_RERUN = "free space or make the folder writable, then run the command again"


@contextlib.contextmanager
def atomic_path(path):
    """Yields a temporary path beside `path` that replaces it on success.

    The bytes are on disk before the name changes. On any error the temporary file
    is removed and `path` stays unchanged. What a killed process of this machine left
    of the same file is removed, too.

    Raises:
        UserError: the folder cannot be written or the disk is full.
    """
    path = Path(path)
    temporary = _temporary(path)
    _remove_leftovers(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        sync(temporary)
        os.replace(temporary, path)
        sync(path.parent)
    except OSError as error:
        raise UserError(
            path, "to be able to write it", describe_os_error(error), _FREE_AND_RERUN
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path):
    """Yields a temporary folder that becomes `path` on success, as `atomic_path`.

    Raises:
        UserError: the parent cannot be written or the disk is full.
    """
    path = Path(path)
    temporary, old = _temporary(path), _temporary(path, "old.")
    _remove_leftovers(path)
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        yield temporary
        for file in sorted(temporary.rglob("*")):
            sync(file)
        sync(temporary)
        if path.is_dir() and not path.is_symlink():
            os.replace(path, old)  # whoever is killed deleting it leaves no half of it
        os.replace(temporary, path)
        sync(path.parent)
    except OSError as error:
        raise UserError(
            path, "to be able to write it", describe_os_error(error), _FREE_AND_RERUN
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _temporary(path, kind=""):
    return path.with_name(f".{path.name}.{kind}{_MACHINE}.{os.getpid()}.tmp")


def _remove_leftovers(path):
    """Removes what killed processes of this machine left of a file or folder."""
    start = f".{path.name}."
    name = re.compile(
        rf"{re.escape(start)}(?:old\.)?{_MACHINE}\.(\d+)\.tmp(?:\.weights\.h5|\.keras)?"
    )
    # Where the folder cannot be listed, it may be possible to write it nevertheless.
    with contextlib.suppress(OSError):
        for beside in list(path.parent.glob(f"{glob.escape(start)}*.tmp*")):
            if (found := name.fullmatch(beside.name)) and not is_running(int(found[1])):
                _remove(beside)


def _remove(path):
    """Removes a file or folder that another process may be removing, too."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def lock(folder, say=print):
    """Holds a folder for this process and removes what a killed one left in it.

    Where another process holds it, one line says which, and this one waits. Whoever
    only reads needs no lock: each file is either whole or absent.

    Args:
        folder: the folder.
        say: function that shows a line of text.

    Raises:
        UserError: the folder cannot be written, or its file system has no locks.
        ValueError: this process holds the folder already.
    """
    folder = Path(folder)
    with _held(folder, folder / ".lock", say):
        for path in list(folder.rglob(".*.tmp*")):
            if (name := _TEMPORARY.fullmatch(path.name)) and not is_running(
                int(name[1])
            ):
                _remove(path)
        yield


@contextlib.contextmanager
def lock_beside(path, say=print):
    """Holds a file or folder that may not exist yet, as `lock` does a folder.

    Args:
        path: what is to be written.
        say: function that shows a line of text.
    """
    path, beside = Path(path), _beside(path)
    with _held(path, beside, say):
        try:
            yield
        finally:
            # On a disk that is read-only by now, another error is on its way.
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def is_locked(path):
    """Whether `lock_beside` holds a path, or was killed while it held it."""
    return _beside(path).exists()


def _beside(path):
    path = Path(path)
    return path.with_name(f".{path.name}.lock")


_HELD = set()  # by this process, which would wait for itself


@contextlib.contextmanager
def _held(what, path, say):
    if path.absolute() in _HELD:
        raise ValueError(f"Expected a free folder. Received: {what}, held already.")
    with contextlib.ExitStack() as opened:
        while True:
            file = opened.enter_context(_open_lock(what, path))
            _wait_for(file, what, say)
            if _is_at(file, path):
                break
            opened.close()  # whoever held it has removed it, and another may be there
        _HELD.add(path.absolute())
        try:
            _sign(file, f"process {os.getpid()} ({_command()})")
            yield
        finally:
            _HELD.discard(path.absolute())
            _sign(file, "")


def _open_lock(what, path):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "a+", encoding="utf-8")
    except OSError as error:
        raise UserError(
            what, "to be able to write it", describe_os_error(error), _FREE_AND_RERUN
        ) from error


def _wait_for(file, what, say):
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read() or "another process"
            say(f"waiting for {holder}, which is using {what}")
            fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        raise UserError(
            what,
            "a file system that can lock a file",
            describe_os_error(error),
            "use a folder on another disk, such as a local one",
        ) from error


def _is_at(file, path):
    """Whether an open file is the one that a path names."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except OSError:
        return False


def _sign(file, text):
    """Writes who holds a lock; on a full disk nobody is named."""
    # Without Python's buffer, which would try again when the file is closed.
    with contextlib.suppress(OSError):
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), text.encode())


def _command():
    """Returns the running command as its user typed it."""
    typed = os.environ.get("BRAINTUMOR_COMMAND")
    return typed or " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])


def write_text(path, text):
    """Writes `text` to `path` atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path, value):
    """Writes `value` to `path` atomically as indented JSON."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True) + "\n")


def csv_text(rows):
    """Returns rows of texts as CSV, in which no text is a formula of a spreadsheet.

    A text that looks like one gets an apostrophe in front, by which spreadsheets know a
    text (CWE-1236); `plain_cell` takes it away. Numbers stay as they are, also negative
    ones.

    Args:
        rows: iterables of texts, the names of the columns first.
    """
    lines, text = [], io.StringIO(newline="")
    # It quotes what is in its own line end: "\r" within a cell as well.
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if _is_computed(cell) else cell for cell in row])
        lines.append(text.getvalue()[:-2] + "\n")
        text.seek(0)
        text.truncate()
    return "".join(lines)


def plain_cell(cell):
    """Returns the text that `csv_text` has written as a cell.

    Args:
        cell: the cell as `csv` reads it.

    Example:

    >>> plain_cell("'=1+1"), plain_cell("-1.5"), plain_cell("'s-Hertogenbosch")
    ('=1+1', '-1.5', "'s-Hertogenbosch")
    """
    marked = cell.startswith("'") and _is_computed(cell[1:])
    return cell[1:] if marked else cell


def _is_computed(text):
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def read_json(path):
    """Reads a JSON file that this suite wrote.

    Raises:
        UserError: the file cannot be read, or is not JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError) as error:  # the latter: nested too deeply
        raise UserError(
            path, "a JSON file", error, "delete it and run the command again"
        ) from error


def sha256(path):
    """Returns the SHA-256 of a file's bytes as a hexadecimal string.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def digest(value):
    """Returns a SHA-256 of a JSON-like value, equal for equal content."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def sync(path):
    """Flushes a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def describe_os_error(error):
    """Returns an `OSError` in words, such as 'No space left on device'."""
    return error.strerror or str(error)


def os_error_of(error):
    """Returns the `OSError` behind an error of HDF5, which names only its number.

    Args:
        error: what h5py raised.

    Returns:
        An `OSError`, or None if the operating system had no complaint.
    """
    number = getattr(error, "errno", None)
    if not number:
        found = re.search(r"errno = ([1-9]\d*)", str(error))
        number = found and int(found[1])
    return OSError(number, os.strerror(number)) if number else None


def require_readable(path):
    """Refuses a file that the operating system does not let us read.

    To be called before a library, whose errors may not tell a damaged file from a
    missing one.

    Raises:
        UserError: the file is missing, a broken link, a folder, without permission, or
            its disk fails.
    """
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path, error):
    """Returns the `UserError` about what the operating system did not let us read.

    That says nothing about the content, which may be as good as ever.

    Args:
        path: the file or folder.
        error: the `OSError`.
    """
    path, target = Path(path), ""
    if os.path.islink(path) and not os.path.exists(path):
        target = f": it is a link to {os.readlink(path)}"
    return UserError(
        path,
        "to be able to read it",
        describe_os_error(error) + target,
        "mount its disk, correct the link or the permissions, then run the command "
        "again",
    )
