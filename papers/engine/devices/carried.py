"""A copy of a task's files on a node that does not see the folder of the command."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import threading
from pathlib import Path

from papers.engine.devices.belongings import Belongings

_SECONDS = 5.0  # between two looks at what a task has written
_POOL = ".cache/braintumor-cluster"  # below the user's home
_PASSING = (".tmp", ".lock", ".part")  # ends of names that no other process needs


class Carried:
    """A context: a folder with what a task needs, whose own part goes back.

    That happens while the task runs, file by file in the order in which they were
    written: what has arrived is at any moment what a kill could have left. So a task
    whose node is lost goes on elsewhere from the last state that has arrived.

    Args:
        store: a `papers.engine.devices.store.Store`, or what reaches one.
        task: the task's name.
        folders: the run's folder, then those of the runs that it needs.
        belongings: what all tasks need.
        seconds: between two looks at what the task has written.

    Attributes:
        folder: where the task runs.
        words: what follows the task's command.
        environment: variables to be set.
    """

    def __init__(self, store, task, folders, belongings, seconds=_SECONDS):
        self._store, self._task, self._folders = store, task, folders
        self._belongings, self._seconds = belongings or Belongings(), seconds
        self.environment = {"BRAINTUMOR_COMMIT": self._belongings.commit}
        self.words = ()

    def __enter__(self):
        self._attempt = self._store.begin(self._task)
        pool = Path.home() / _POOL
        (pool / "files").mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(dir=pool))
        try:
            for folder in self._folders:
                self._fetch(pool, folder, folder, shutil.copy2)
            for option, source in self._belongings.sources():
                name = source
                if Path(source).is_absolute() or ".." in Path(source).parts:
                    name = f"carried/{Path(source).name}"
                    self.words += (option, name) if option else ()
                self._fetch(pool, source, name, _link)
            self._sent = self._written()
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send_all_along, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        try:
            while not self._send():  # the last time, nothing changes any more
                pass
        finally:
            shutil.rmtree(self.folder)

    def _fetch(self, pool, source, name, lay):
        """Fetches what this node does not have yet, and lays it into the folder."""
        for file, stamp in self._store.files(source).items():
            key = hashlib.sha256(repr((source, file, stamp)).encode()).hexdigest()
            kept = pool / "files" / key
            if not kept.exists():
                new = Path(self.folder, f".{key}.tmp")
                new.write_bytes(self._store.read(source, file))
                os.utime(new, ns=(stamp[1], stamp[1]))
                new.replace(kept)
            target = self.folder / name / file
            target.parent.mkdir(parents=True, exist_ok=True)
            lay(kept, target)

    def _send_all_along(self):
        while not self._ended.wait(self._seconds):
            # Tried again each time, and at the end, which says what is wrong.
            with contextlib.suppress(Exception):
                self._send()

    def _send(self):
        """Sends what has changed; returns False where it changed meanwhile."""
        written = self._written()
        changed = [name for name in written if self._sent.get(name) != written[name]]
        changed.sort(key=lambda name: (written[name][1], name))
        try:
            contents = {name: (self.folder / name).read_bytes() for name in changed}
        except FileNotFoundError:
            return False
        if self._written() != written:
            return False
        for name, content in contents.items():
            self._store.write(self._attempt, name, content, written[name][1])
        for name in self._sent.keys() - written.keys():
            self._store.remove(self._attempt, name)
        self._sent = written
        return True

    def _written(self):
        """Returns size and time of each file of the run by its path."""
        found = {}
        for folder, folders, names in os.walk(self.folder / self._folders[0]):
            folders[:] = [name for name in folders if not name.endswith(_PASSING)]
            for path in (Path(folder, n) for n in names if not n.endswith(_PASSING)):
                try:
                    status = path.stat()
                except FileNotFoundError:
                    continue
                name = path.relative_to(self.folder).as_posix()
                found[name] = status.st_size, status.st_mtime_ns
        return found


def _link(kept, target):
    try:
        os.link(kept, target)
    except OSError:  # a disk without hard links
        shutil.copy2(kept, target)
