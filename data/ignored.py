"""Files that systems leave in folders, and that no reader of data looks at."""

import os
from pathlib import Path

_NAMES = {"__macosx", "thumbs.db", "desktop.ini", "$recycle.bin"}
_NAMES |= {"system volume information", "lost+found"}


def is_ignored(name):
    """Whether a file or folder of this name holds no data, whatever its suffix.

    These are hidden files, such as `._1.mat` and `.DS_Store`, and what macOS, Windows
    and Linux put beside the data.

    Args:
        name: the name without its folder.
    """
    return name.startswith(".") or name.lower() in _NAMES


def files_below(folder, depth):
    """Yields the files of a folder and of its subfolders, but those that are ignored.

    Args:
        folder: the folder.
        depth: how many levels of subfolders are looked into.

    Raises:
        OSError: a folder cannot be read; `filename` is its name.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_ignored(entry.name):
                continue
            if not entry.is_dir():
                yield Path(entry.path)
            elif depth:
                yield from files_below(entry.path, depth - 1)
