"""What a folder says of itself: that it is a phantom, or a user's own data."""

import re
from pathlib import Path

from common.errors import UserError
from common.files import read_json

OWN_FILE = "dataset.json"
PHANTOM_FILE = "phantom.json"


def read_own_name(root):
    """Returns the name that a user gave to data of their own, or None.

    Raises:
        UserError: `dataset.json` is there but names nothing.
    """
    path = Path(root) / OWN_FILE
    if not path.is_file():
        return None
    settings = read_json(path)
    name = settings.get("name") if isinstance(settings, dict) else None
    if not isinstance(name, str) or not re.fullmatch(r"[\w-]+", name):
        expected = '{"name": "my-hospital"}, letters, digits, _ and - in the name'
        raise UserError(path, expected, settings, "correct the file")
    return name
