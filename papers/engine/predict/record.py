"""The record of what predictions have written: only that is replaced or deleted."""

import hashlib
import os
from pathlib import Path

from common.errors import UserError
from common.files import atomic_path, read_json, sha256, sync, write_json

_KEYS = {"case_id", "status", "source", "file"}


class Record:
    """The files that predictions have written, with their hashes.

    It lies beside the output as `<output>.json`. A file is recorded before it has its
    name, so that a process may be killed at any moment: what is there is ours if it
    has the recorded hash, or that of the file that was about to be replaced. Its bytes
    are on disk even before that: where a disk is full, nothing is recorded.

    Args:
        out: the folder or the file that is predicted.

    Raises:
        UserError: a file of the record's name is no such record.
    """

    def __init__(self, out):
        out = Path(out)
        self.path = out.with_name(f"{out.name}.json")
        self._rows = self._read() if os.path.lexists(self.path) else {}

    def row(self, case_id):
        """Returns the row of a case, or None."""
        return self._rows.get(case_id)

    def is_foreign(self, case_id, path):
        """Whether a path is taken by something that was never written for a case."""
        if not os.path.lexists(path):
            return False
        return not (self._hashes(case_id) and Path(path).is_file())

    def is_ours(self, case_id, path):
        """Whether a path holds what was written for a case, unchanged."""
        hashes = self._hashes(case_id)
        return bool(hashes) and Path(path).is_file() and sha256(path) in hashes

    def is_made_of(self, case_id, path, source):
        """Whether a path holds what was written for a case, of the same source.

        Args:
            case_id: the case.
            path: the file.
            source: hash of all that decides its content.
        """
        row = self.row(case_id)
        if row is None or row["source"] != source or not Path(path).is_file():
            return False
        return row["file"] == sha256(path)

    def write(self, path, content, row):
        """Writes a file and its row.

        Args:
            path: the file; what is there already is ours.
            content: its bytes.
            row: a dict with `case_id`, `status` and `source`.

        Raises:
            UserError: the disk is full, or the folder cannot be written.
        """
        before = sha256(path) if Path(path).is_file() else None
        file = hashlib.sha256(content).hexdigest()
        with atomic_path(path) as temporary:
            temporary.write_bytes(content)
            sync(temporary)
            # Where a killed process has written the very same, nothing is replaced.
            replaced = before if before != file else None
            self._note(row | {"file": file, "replaces": replaced})

    def remove(self, path, row):
        """Deletes what was written for a case, where it is unchanged; notes a row.

        Args:
            path: the file.
            row: as for `write`.
        """
        if self.is_ours(row["case_id"], path):
            Path(path).unlink()
        self._note(row | {"file": None})

    def _hashes(self, case_id):
        row = self.row(case_id) or {}
        return {row.get("file"), row.get("replaces")} - {None}

    def _note(self, row):
        rows = self._rows | {row["case_id"]: row}
        write_json(self.path, rows)
        self._rows = rows

    def _read(self):
        try:
            rows = read_json(self.path)
        except (UserError, OSError):
            rows = None
        if isinstance(rows, dict) and all(map(_is_row, rows.values())):
            return rows
        raise UserError(
            self.path,
            "no file, or the record of what was written here before",
            "another file",
            "choose another --out",
        )


def _is_row(row):
    """Whether JSON values are a row of a record."""
    hashes = ("file", "replaces", "source")
    return (
        isinstance(row, dict)
        and row.keys() >= _KEYS
        and all(isinstance(row.get(name), str | None) for name in hashes)
    )
