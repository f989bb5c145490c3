"""Which of many runs a reader is shown: the largest one of real, whole data."""

import re

from common.reporting.cells import GROUP, is_phantom

# Data sets that were cut around tumors: their balance of tumor and background is not
# that of a head, so that their rows compare methods and nothing else.
_CUT = re.compile(r"-cubes\d+$")


def is_shown(data):
    """Whether readers are shown the rows of a data set: it is real, and of whole scans.

    Args:
        data: the data set's name; `""` where nothing was run.
    """
    return bool(data) and not is_phantom(data) and not _CUT.search(data)


def changed_settings(profile):
    """Returns the settings that a run's profile label says were changed.

    The precision is none of them: it is about speed and not about the method.

    Args:
        profile: such as `"cpu, network.dilation=flat"`.
    """
    settings = profile.split(", ")[1:]
    return [one for one in settings if not one.startswith("training.precision=")]


def largest_runs(rows):
    """Returns the rows of the largest real run of each split.

    Args:
        rows: as those of `largest_of`.

    Returns:
        A dict from the split's name to its rows; empty where nothing was run on data
        that readers are shown.
    """
    return largest_of(rows[rows["data"].map(is_shown).astype(bool)])


def largest_of(rows):
    """Returns the rows of the largest run of each split, on whichever data.

    Runs with the fewest changed settings come first, then the data set with most scored
    cases, then the longest training.

    Args:
        rows: a `DataFrame` of texts with the columns `GROUP` and `n_cases`, of one
            method or claim.

    Returns:
        A dict from the split's name to its rows.
    """
    changes = rows["profile"].map(changed_settings).map(len).astype(int)
    rows = rows[changes == changes.min()]
    largest = {}
    for split, of_split in rows.groupby("split", sort=False):
        sizes = of_split["n_cases"].map(_number)
        most = sizes.groupby(of_split["data"]).transform("max")
        runs = [
            ((most[part.index].max(), *_size(part)), part)
            for _, part in of_split.groupby(GROUP, sort=False)
        ]
        largest[split] = max(runs, key=lambda run: run[0])[1]
    return largest


def _size(run):
    """Returns what orders runs on one data set: their budget, then their cases."""
    return _number(run["budget"].iloc[0]), run["n_cases"].map(_number).max()


def _number(text):
    """Returns the number that a text begins with, or 0."""
    found = re.match(r"\d+", text)
    return int(found[0]) if found else 0
