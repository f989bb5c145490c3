"""What is known in advance about the figshare CE-MRI data set (article 1512427).

The files state neither plane nor position, but the data set is sorted in blocks by
index, which were found by looking at the images. A handful of slices inside a block may
belong to the neighboring plane (the counts differ by 3, 7 and 10 from those that a
paper gives).
"""

import re
from pathlib import Path

from common.errors import UserError
from common.files import read_json
from data.folder_notes import PHANTOM_FILE

TOTAL = 3064
GROUPS = {1: "meningioma", 2: "glioma", 3: "pituitary"}
CVIND_NAMES = ("cvind.mat", "cvind5fold.mat")
PHANTOM_WRITER = "braintumor-repro figshare phantom"

_OTHER_NAMES = {*CVIND_NAMES, "label.mat"}

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
    """Lists the slices of a folder, `<index>.mat`.

    Args:
        root: the folder.

    Returns:
        `(files, others)`: `(index, path)` of each slice in numeric order (with an
        index twice if `7.mat` and `007.mat` both exist); and the paths of the
        `.mat` files that are neither a slice nor a known companion.

    Raises:
        UserError: the folder does not exist or holds no slice.
    """
    root = Path(root)
    if not root.is_dir():
        raise _no_slices(root, "a file" if root.exists() else "no such folder")
    files, others = [], []
    for path in root.glob("*.mat"):
        if re.fullmatch(r"[0-9]{1,9}", path.stem):
            files.append((int(path.stem), path))
        elif path.name not in _OTHER_NAMES:
            others.append(path)
    if not files:
        raise _no_slices(root, f"none (.mat files of other names: {len(others)})")
    return sorted(files), sorted(others)


def find_cvind(root, is_phantom):
    """Returns the file of the author's folds in a folder or its parent, or None.

    A phantom has its own; a file above it would belong to other data.

    Args:
        root: the folder with the slices.
        is_phantom: whether they are a phantom.
    """
    root = Path(root).absolute()
    folders = (root,) if is_phantom else (root, root.parent)
    paths = (folder / name for folder in folders for name in CVIND_NAMES)
    return next((path for path in paths if path.is_file()), None)


def read_phantom_settings(root):
    """Returns what our phantom writer stored in `phantom.json`, or None.

    Args:
        root: the folder.
    """
    path = Path(root) / PHANTOM_FILE
    if not path.is_file():
        return None
    settings = read_json(path)
    if not isinstance(settings, dict) or settings.get("writer") != PHANTOM_WRITER:
        return None
    return settings


def _no_slices(root, received):
    return UserError(
        root,
        "a folder with slices named 1.mat to 3064.mat",
        received,
        "make data-figshare downloads them; make phantom-figshare DATA=<folder> "
        "writes a phantom",
    )
