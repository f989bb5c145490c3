"""Digests of files, so that no command hashes a whole data set again."""

import contextlib
import time
from pathlib import Path

from common.errors import UserError
from common.files import read_json, sha256, write_json

MEMORY = "digests.json"  # among the caches
_SETTLED = 2.0  # seconds: a file system may not tell changes apart that are closer
_SECONDS_BETWEEN_SAVES = 20.0


class KnownDigests:
    """What was computed of files, by path, size and time of the last change.

    A file that is changed without a change of these three (which takes intent) passes
    for unchanged; without a memory on disk, every process hashes every file.
    """

    def __init__(self):
        self._memory, self._known, self._saved = None, {}, 0.0
        self._is_new = False

    def remember_in(self, path):
        """Reads what earlier processes have found, and keeps what this one will find.

        Args:
            path: a JSON file of ours, written now and then and by `save`.
        """
        self._memory = Path(path)
        self._known = self._read() | self._known

    def of(self, path, compute):
        """Returns the digest of a file.

        Args:
            path: the file.
            compute: function from the path to its digest.

        Raises:
            UserError: the file cannot be read at all.
        """
        try:
            status = path.stat()
        except OSError:
            return sha256(path)  # which says in words why it cannot be read
        name, state = str(path.absolute()), [status.st_size, status.st_mtime_ns]
        known = self._known.get(name)
        if known and known[:2] == state:
            return known[2]
        found = compute(path)
        if time.time() - status.st_mtime > _SETTLED:
            self._known[name], self._is_new = [*state, found], True
            if time.monotonic() - self._saved > _SECONDS_BETWEEN_SAVES:
                self.save()
        return found

    def save(self):
        """Writes what is new to the file, if there is one and it can be written."""
        if self._memory is None or not self._is_new:
            return
        # What another process has written meanwhile is kept.
        with contextlib.suppress(UserError):
            write_json(self._memory, self._read() | self._known)
            self._is_new = False
        self._saved = time.monotonic()

    def _read(self):
        try:
            known = read_json(self._memory)
        except (OSError, UserError):
            return {}
        return known if isinstance(known, dict) else {}
