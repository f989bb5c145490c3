"""The table of contents of an uncompressed tar archive on a server.

An archive has none: each member has a header before its content, and the next one
follows. So the headers are fetched one by one, a few hundred bytes each, and what was
found is kept on disk.
"""

import tarfile
from pathlib import Path

from common.errors import UserError
from common.files import read_json, write_json

_WINDOW = 4096  # bytes fetched at once: a header, and those that extend it
_SAVE_EVERY = 50  # members


class TarIndex:
    """Where the members of an archive lie in it.

    Args:
        remote: the `data.download.ranged_file.RangedFile` of the archive.
        path: JSON file in which the index is kept.
        report: function that shows a line of text.

    Attributes:
        members: `[start, size]` in bytes of each regular file found so far, by name.
        is_complete: whether the whole archive was walked.

    Raises:
        UserError: the kept index cannot be read.
    """

    def __init__(self, remote, path, report):
        self.remote, self._path, self._report = remote, Path(path), report
        self.members, self._next, self.is_complete = {}, 0, False
        if self._path.is_file():
            kept = _read_index(self._path)
            self.members, self._next = kept["members"], kept["next"]
            self.is_complete = kept["complete"]
            remote.version = kept["version"]

    def walk_until(self, is_enough):
        """Walks on until there is enough, or to the end of the archive.

        Args:
            is_enough: function from `members` to whether that is enough.

        Raises:
            UserError: the server failed, or the archive is damaged.
        """
        if self.is_complete or is_enough(self.members):
            return
        window = _Window(self.remote, self._next)
        try:
            self._walk(window, is_enough)
        except tarfile.TarError as error:
            raise UserError(
                self.remote.url,
                "a tar archive",
                f"{error} at byte {self._next}",
                f"run the command again; if that does not help, {self.remote.instead}",
            ) from error
        finally:
            self._save()

    def _walk(self, window, is_enough):
        count = 0
        with tarfile.open(fileobj=window, mode="r:") as archive:
            while (member := archive.next()) is not None:
                if member.isreg():
                    self.members[member.name] = [member.offset_data, member.size]
                archive.members.clear()  # which would hold all of them
                self._next = archive.offset
                count += 1
                if count % _SAVE_EVERY == 0:
                    self._save()
                    self._report(f"looked at {len(self.members)} files of the archive")
                if is_enough(self.members):
                    return
        # At a damaged header `tarfile` ends as it does at the zeros behind the last.
        if any(self.remote.read(self._next, tarfile.BLOCKSIZE)):
            raise tarfile.ReadError("no header")
        self.is_complete = True

    def _save(self):
        write_json(
            self._path,
            {
                "members": self.members,
                "next": self._next,
                "complete": self.is_complete,
                "version": self.remote.version,
            },
        )


def _read_index(path):
    kept = read_json(path)
    if not _is_index(kept):
        raise UserError(
            path,
            "the members of an archive, as an earlier run found them",
            kept,
            "delete it and run the command again",
        )
    return kept


def _is_index(kept):
    """Whether JSON values are what `TarIndex` writes."""
    kinds = {"members": dict, "next": int, "complete": bool}
    return (
        isinstance(kept, dict)
        and all(type(kept.get(name)) is kind for name, kind in kinds.items())
        and all(_are_numbers(place, 2) for place in kept["members"].values())
        and "version" in kept
        and _is_version(kept["version"])
        and kept["next"] >= 0
    )


def _is_version(version):
    """Whether JSON values are a `RangedFile.version`."""
    if version is None:
        return True
    is_pair = isinstance(version, list) and len(version) == 2
    return is_pair and _are_numbers(version[:1], 1) and isinstance(version[1], str)


def _are_numbers(values, count):
    """Whether JSON values are so many whole numbers, none negative."""
    return (
        isinstance(values, list)
        and len(values) == count
        and all(type(value) is int and value >= 0 for value in values)
    )


class _Window:
    """What `tarfile` needs of a file: single reads and jumps, few bytes at a time."""

    def __init__(self, remote, position):
        self._remote, self._position = remote, position
        self._start, self._bytes = 0, b""

    def tell(self):
        return self._position

    def seek(self, position):
        self._position = position

    def read(self, size):
        offset = self._position - self._start
        if not 0 <= offset <= len(self._bytes) - size:
            left = self._remote.size - self._position
            if left <= 0:
                return b""
            self._start, offset = self._position, 0
            self._bytes = self._remote.read(self._start, min(max(size, _WINDOW), left))
        found = self._bytes[offset : offset + size]
        self._position += len(found)
        return found
