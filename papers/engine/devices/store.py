"""The folder of a command, as nodes that do not see it read it and write to it."""

import os
from collections import Counter
from pathlib import Path

from common.files import atomic_path


class Store:
    """What Ray runs, as an actor, on the machine where the command was typed.

    Args:
        folder: the folder; what lies elsewhere can be read and not written.
    """

    def __init__(self, folder):
        self._folder = Path(folder)
        self._attempts = Counter()

    def sees(self, name):
        """Whether a file is there: whether this runs where the folder is."""
        return (self._folder / name).is_file()

    def begin(self, task):
        """Returns a new attempt at a task; what older ones still write is refused."""
        self._attempts[task] += 1
        return task, self._attempts[task]

    def files(self, source):
        """Returns size and time in ns of a file, or of all below a folder, by path."""
        source = self._folder / source
        if source.is_file():
            return {"": _stamp(source)}
        found = {}
        for folder, _, names in os.walk(source):
            for path in (Path(folder, name) for name in names):
                if path.is_file():  # of a link, what it leads to
                    found[path.relative_to(source).as_posix()] = _stamp(path)
        return found

    def read(self, source, name):
        """Returns the content of one of the `files` of a source."""
        return Path(self._folder, source, name).read_bytes()

    def write(self, attempt, name, content, time):
        """Writes a file whole.

        Args:
            attempt: what `begin` returned.
            name: path below the folder.
            content: its bytes.
            time: of its last change, in ns.

        Raises:
            ValueError: a newer attempt has begun, or the path leads elsewhere.
            UserError: it cannot be written.
        """
        with atomic_path(self._own(attempt, name)) as temporary:
            temporary.write_bytes(content)
            os.utime(temporary, ns=(time, time))

    def remove(self, attempt, name):
        """Removes a file, if it is there, and its folder, if it was the last one.

        Raises:
            ValueError: as for `write`.
        """
        path = self._own(attempt, name)
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()

    def _own(self, attempt, name):
        task, number = attempt
        if self._attempts[task] != number:
            raise ValueError(f"{task}: attempt {number} is not the last one")
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"{name!r} is not below the folder")
        return self._folder / name


def _stamp(path):
    status = path.stat()
    return status.st_size, status.st_mtime_ns
