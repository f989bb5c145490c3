"""Digests of files, so that no command hashes a whole data set again."""

import contextlib
import os
import time
from pathlib import Path

from common.errors import UserError
from common.files import read_json, sha256, unreadable, write_json

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
        self._states = {}  # of each file when this process asked for its digest
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
        name, state = str(path.absolute()), _state(status)
        self._states[name] = state
        known = self._known.get(name)
        if known and known[:2] == state:
            return known[2]
        found = compute(path)
        if time.time() - status.st_mtime > _SETTLED:
            self._known[name], self._is_new = [*state, found], True
            if time.monotonic() - self._saved > _SECONDS_BETWEEN_SAVES:
                self.save()
        return found

    def states(self, paths):
        """Returns paths with what `require_unchanged` compares, as of their digests.

        Args:
            paths: files whose digests were asked for.
        """
        return [(str(path), self._states.get(str(path.absolute()))) for path in paths]

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


def require_unchanged(states):
    """Refuses files that have changed since their digests were computed.

    To be called after they were read, before what was read is kept under the digest.

    Args:
        states: what `KnownDigests.states` returned, in this process or another one.

    Raises:
        UserError: a file has changed, or is gone.
    """
    for path, state in states:
        try:
            now = _state(os.stat(path))
        except OSError as error:
            raise unreadable(path, error) from error
        if state is not None and now != state:
            raise UserError(
                path,
                "a file that stays as it is while it is read",
                "one that was changed meanwhile",
                "run the command again, once nothing writes there",
            )


def _state(status):
    return [status.st_size, status.st_mtime_ns]
