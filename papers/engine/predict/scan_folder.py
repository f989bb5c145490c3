"""The folder that a scan is prepared and segmented into, and who wrote what in it."""

import hashlib
import os
from pathlib import Path

from common.errors import UserError
from data.scans.inputs import path_of
from papers.engine.predict.record import Record


class ScanFolder:
    """A folder whose files are only replaced if they were written by this class.

    `<folder>.json` beside it records what was written.

    Args:
        folder: the folder, created when the first file is written.
        names: of the files that are going to be written.
        sources: what the scan's images are read from, as `read_input` takes it.

    Raises:
        UserError: the folder is that of an image, or one of the files is there already
            and was not written here or was changed since.
    """

    def __init__(self, folder, names, sources=()):
        self.folder = Path(folder)
        self._require_folder()
        for source in sources:
            self._keep_apart(path_of(source))
        self._record = Record(self.folder)
        for name in names:
            self._refuse_foreign(name)

    def path(self, name):
        """Returns the path of a file."""
        return self.folder / name

    def write(self, name, content):
        """Writes a file.

        Args:
            name: of the file.
            content: its bytes.

        Returns:
            Its path.

        Raises:
            UserError: the disk is full, or the folder cannot be written.
        """
        self._refuse_foreign(name)
        source = hashlib.sha256(content).hexdigest()
        row = {"case_id": name, "status": "written", "source": source}
        self._record.write(self.path(name), content, row)
        return self.path(name)

    def _require_folder(self):
        if self.folder.exists() and not self.folder.is_dir():
            fix = "name a folder with --out"
            raise UserError(self.folder, "a folder, for a prepared scan", "a file", fix)

    def _keep_apart(self, source):
        place = source.resolve()
        place = place if place.is_dir() else place.parent
        own = self.folder.resolve()
        if own == place or (source.is_dir() and place in own.parents):
            fix = "choose another --out"
            received = "the folder of an image"
            raise UserError(self.folder, "a folder apart from the scan", received, fix)

    def _refuse_foreign(self, name):
        path = self.path(name)
        if os.path.lexists(path) and not self._record.is_ours(name, path):
            raise UserError(
                path,
                "no file, or one that was written here and nobody has changed since",
                "another file",
                "choose another --out, or move what is there",
            )
