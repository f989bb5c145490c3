"""Files that systems leave in folders, and that no reader of data looks at."""

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
