"""What the values of label maps mean, and label maps read with it."""

import numpy as np

from common.errors import UserError
from data.brats.labels import to_canonical
from data.brats.releases import LABELINGS
from data.volume.files import read_volume

# In the order in which names are tried: those of 2024 are among those of 2023.
_BY_NAME = ("brats24", "brats23", "brats21", "brats20", "brats19", "brats18", "brats17")
_BY_NAME += ("brats15",)
# What else a value may mean where the names do not tell.
_MEANINGS = {
    "brats21": "4 is the enhancing tumor (2017 to 2021)",
    "brats23": "3 is the enhancing tumor, and there is no 4 (2023)",
    "brats24": "3 is the enhancing tumor and 4 the resection cavity (since 2024)",
    "brats15": "4 is the enhancing tumor and 3 the one that does not enhance (to 2015)",
}


def labeling_by_name(cases):
    """Returns the `Release` after which all cases are named, or None.

    Args:
        cases: the cases' names.
    """
    for name in _BY_NAME:
        if all(LABELINGS[name].patient(case) for case in cases):
            return LABELINGS[name]
    return None


def labeling_by_values(paths, option):
    """Returns the `Release` whose labels a set of label maps has.

    Args:
        paths: the files. All are read, until one has both 3 and 4.
        option: name of the option that says it, for the error.

    Raises:
        UserError: a file cannot be read, or both of two meanings are possible: 3 and 4
            occur.
    """
    present = set()
    for path in paths:
        present |= set(np.unique(read_volume(path)[0]).tolist()) & {3, 4}
        if present == {3, 4}:
            meanings = [f"{name}: {_MEANINGS[name]}" for name in ("brats24", "brats15")]
            raise UserError(
                path,
                f"to know what 3 and 4 mean: {'; '.join(meanings)}",
                "both, in files whose names do not tell",
                f"add {option} brats24 or {option} brats15",
            )
    return LABELINGS["brats23" if 3 in present else "brats21"]


def read_labels(path, labeling, option):
    """Reads a label map in canonical labels.

    Args:
        path: the file.
        labeling: the `Release` whose values it has.
        option: name of the option that says so, for the error.

    Returns:
        `(labels, geometry)`: uint8 `(depth, height, width)`, in the order of the file,
        and its `data.volume.geometry.Geometry`.

    Raises:
        UserError: the file cannot be read, or has a value that the release lacks.
    """
    values, geometry = read_volume(path)
    try:
        return to_canonical(values, labeling, path), geometry
    except UserError as error:
        received = error.received
    present = set(np.unique(values).tolist())
    able = [name for name in _MEANINGS if present <= set(LABELINGS[name].labels)]
    ways = [f"{option} {name} if {_MEANINGS[name]}" for name in able]
    known = ", ".join(map(str, sorted(labeling.labels)))
    raise UserError(
        path,
        f"the labels {known} of {labeling.title}",
        received,
        "; ".join(ways) or "correct the label map, or remove the case",
    )
