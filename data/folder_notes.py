"""Notes in a folder that say what it holds: a phantom, or a user's own data."""

import re
from pathlib import Path

from common.errors import UserError
from common.files import read_json

OWN_FILE = "dataset.json"
PHANTOM_FILE = "phantom.json"
# Keys by which the files of that name that other tools write are known.
_FOREIGN = {
    "nnU-Net": {"channel_names", "file_ending"},
    "the Medical Segmentation Decathlon": {"modality", "numTraining"},
    "a list of images for training": {"training", "validation", "labels"},
}


def read_own_name(root):
    """Returns the name that users gave to their own data, or None.

    A `dataset.json` of another tool, as `foreign_tool` tells, names nothing.

    Args:
        root: the folder.

    Raises:
        UserError: `dataset.json` exists but has no valid name.
    """
    path = Path(root) / OWN_FILE
    if not path.is_file():
        return None
    settings = read_json(path)
    if foreign_tool(root):
        return None
    name = settings.get("name") if isinstance(settings, dict) else None
    if not isinstance(name, str) or not re.fullmatch(r"[\w-]+", name):
        expected = '{"name": "my-hospital"}, with letters, digits, _ and - in the name'
        raise UserError(path, expected, settings, "correct the file")
    return name


def foreign_tool(root):
    """Returns the tool whose `dataset.json` lies in a folder, or None if it is ours.

    Args:
        root: the folder.

    Raises:
        UserError: the file cannot be read.
    """
    path = Path(root) / OWN_FILE
    settings = read_json(path) if path.is_file() else None
    if not isinstance(settings, dict):
        return None
    for tool, keys in _FOREIGN.items():
        if keys & set(settings):
            return tool
    return None


def holds_phantom(root, settings, names):
    """Whether a folder holds a certain phantom, complete.

    Args:
        root: the folder that the phantom is to be written to.
        settings: what its writer would store in `phantom.json`.
        names: paths, within the folder, of the files that it would write.

    Returns:
        True if it does; False if the folder is absent or empty.

    Raises:
        UserError: the folder holds something else.
    """
    root = Path(root)
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return False
    notes = root / PHANTOM_FILE
    if (
        notes.is_file()
        and read_json(notes) == settings
        and all((root / name).is_file() for name in names)
    ):
        return True
    raise UserError(
        root,
        "an empty folder, or one that holds the very same phantom",
        "other files",
        "choose another folder, or delete this one",
    )
