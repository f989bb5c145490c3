"""What is known in advance about the figshare CE-MRI data set (article 1512427).

The files state neither plane nor position, but the data set is sorted in blocks by
index, which were found by looking at the images. A handful of slices inside a block may
belong to the neighboring plane (the counts differ by 3, 7 and 10 from those that a
paper gives).
"""

import re
from collections import Counter
from pathlib import Path

from common.errors import UserError
from common.files import read_json, unreadable
from data.folder_notes import OWN_FILE, PHANTOM_FILE
from data.ignored import is_ignored

TOTAL = 3064
GROUPS = {1: "meningioma", 2: "glioma", 3: "pituitary"}
CVIND_NAMES = ("cvind.mat", "cvind5fold.mat")
PHANTOM_WRITER = "braintumor-repro figshare phantom"

# What may lie beside the slices: the author's and ours.
_COMPANIONS = {*CVIND_NAMES, "label.mat", "downloads", PHANTOM_FILE, OWN_FILE}
_SLICE = re.compile(r"[0-9]{1,9}\.mat")

# First and last index of each block, both included.
_PLANE_BLOCKS = {
    "axial": (
        *((1, 58), (60, 210), (709, 746), (922, 1033), (1283, 1455)),
        *((1841, 2241), (2344, 2402), (3063, 3063)),
    ),
    "coronal": (
        *((59, 59), (211, 441), (747, 817), (918, 921), (1034, 1165)),
        *((1456, 1639), (2242, 2343), (2403, 2730), (3064, 3064)),
    ),
    "sagittal": ((442, 708), (818, 917), (1166, 1282), (1640, 1840), (2731, 3062)),
}
_LABEL_BLOCKS = {
    1: ((1, 58), (60, 208), (211, 708), (3030, 3030), (3063, 3064)),
    3: ((59, 59), (709, 714), (918, 1840)),
}


def _by_index(blocks):
    return {
        index: name
        for name, ranges in blocks.items()
        for first, last in ranges
        for index in range(first, last + 1)
    }


PLANES = _by_index(_PLANE_BLOCKS)
LABELS = dict.fromkeys(range(1, TOTAL + 1), 2) | _by_index(_LABEL_BLOCKS)


def slice_files(root):
    """Lists the slices of a folder, `<index>.mat` in upper or lower case.

    Where the folder itself holds none, they are looked for one level down: unpacked by
    hand, the four archives of the data set become four folders.

    Args:
        root: the folder.

    Returns:
        `(files, others)`: `(index, path)` of each slice in numeric order (with an
        index twice if `7.mat` and `007.mat` both exist); and the paths of everything
        that is neither a slice nor a known companion.

    Raises:
        UserError: the folder does not exist, cannot be read, or holds no slice.
    """
    root = Path(root)
    if not root.is_dir():
        raise _no_slices(root, "a file" if root.exists() else "no such folder")
    files, others = _split(_listed(root))
    if not files:
        folders = [path for path in others if path.is_dir()]
        inside = [path for folder in folders for path in _listed(folder)]
        files, more = _split(inside)
        if files:
            others = [path for path in others if path not in folders] + more
    if not files:
        raise _no_slices(root, _counted(others), others)
    return sorted(files), sorted(others)


def is_companion(name):
    """Whether a file of this name belongs to the data set and is no slice."""
    return name.lower() in _COMPANIONS


def find_cvind(root, is_phantom):
    """Returns the file of the author's folds in a folder or its parent, or None.

    A phantom has its own; a file above it would belong to other data.

    Args:
        root: the folder with the slices.
        is_phantom: whether they are a phantom.
    """
    root = Path(root).absolute()
    by_name = {path.name.lower(): path for path in _listed(root) if path.is_file()}
    paths = [by_name[name] for name in CVIND_NAMES if name in by_name]
    if not is_phantom:
        above = (root.parent / name for name in CVIND_NAMES)
        paths += [path for path in above if path.is_file()]
    return paths[0] if paths else None


def _listed(folder):
    """Returns the paths in a folder, but those that every reader ignores."""
    try:
        return [path for path in folder.iterdir() if not is_ignored(path.name)]
    except OSError as error:
        raise unreadable(folder, error) from error


def _split(paths):
    """Splits paths into `(index, path)` of slices and others without companions."""
    files, others = [], []
    for path in paths:
        name = path.name.lower()
        if _SLICE.fullmatch(name) and not path.is_dir():
            files.append((int(path.stem), path))
        elif not is_companion(name):
            others.append(path)
    return files, others


def kind_of(path):
    """Returns what a path is, in words for a count: `".zip files"` or `"folders"`."""
    if path.is_dir():
        return "folders"
    return f"{path.suffix} files" if path.suffix else "files without suffix"


def _counted(paths):
    """Returns how many paths there are of each kind, in words."""
    kinds = Counter(map(kind_of, paths))
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    if any(path.suffix.lower() == ".zip" for path in paths):
        found += " (unpack them)"
    return f"none, but {found}" if found else "none"


def read_phantom_settings(root):
    """Returns what our phantom writer stored in `phantom.json`, or None.

    Args:
        root: the folder.

    Raises:
        UserError: the file cannot be read, or lacks what the writer has noted.
    """
    path = Path(root) / PHANTOM_FILE
    if not path.is_file():
        return None
    settings = read_json(path)
    if not isinstance(settings, dict) or settings.get("writer") != PHANTOM_WRITER:
        return None
    planes = settings.get("planes")
    if type(settings.get("count")) is not int or not isinstance(planes, dict):
        raise UserError(
            path,
            "count and planes, as the writer of the phantom has noted them",
            settings,
            "delete the folder and write it again: `make phantom-figshare DATA=folder`",
        )
    return settings


def _no_slices(root, received, others=()):
    zipped = sorted(p.name for p in others if p.suffix.lower() == ".zip")
    if zipped:
        step = f"unpack {', '.join(zipped)} in this folder"
    else:
        step = (
            "`make data-figshare` downloads them; `make phantom-figshare DATA=folder` "
            "writes a phantom"
        )
    return UserError(
        root,
        "slices named 1.mat to 3064.mat, in the folder or one level below",
        received,
        step,
    )
