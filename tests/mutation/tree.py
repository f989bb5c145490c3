"""A copy of the repository to plant faults in."""

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Tree:
    """The files as they are now, except for those that git ignores; a context."""

    def __init__(self):
        self._temporary = Path(tempfile.mkdtemp(prefix="mutation-"))
        self.folder = self._temporary / "tree"
        if (shared := ROOT.parent / "shared").exists():  # real data, if there is any
            (self._temporary / "shared").symlink_to(shared)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\0")
        for name in filter(None, listed):
            if not (source := ROOT / name).is_file():
                continue
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self._temporary, ignore_errors=True)

    @contextlib.contextmanager
    def planted(self, fault):
        """Makes one fault part of the copy, for as long as the context lasts."""
        path = self.folder / fault.file
        before = path.read_text(encoding="utf-8")
        path.write_text(fault.planted(before), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(before, encoding="utf-8")
