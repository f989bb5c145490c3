"""What the label maps of a whole set say about the meaning of their values.

Values that a release has may still mean something else: nnU-Net numbers edema 1,
necrosis 2 and enhancing tumor 3, where BraTS numbers necrosis 1, edema 2 and enhancing
tumor 4 (3 since 2023). Edema surrounds the tumor and necrosis lies inside, so that
edema touches more background: in 267 of the 275 real cases at hand that have enough of
both. One case proves nothing; the cases of a set vote.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

_MIN_VOXELS = 20  # of both labels, for a vote
_MIN_VOTES = 4  # for an error; fewer are a warning

_NEWER = "since 2023, 3 is the enhancing tumor: write 4 for 3"
_NNUNET = "in nnU-Net's order edema is 1, necrosis 2, enhancing tumor 3"
_TURN_BACK = f"{_NNUNET}: write 2 for 1, 1 for 2 and 4 for 3"


@dataclass(frozen=True)
class LabelValues:
    """The values of one label map as stored.

    Args:
        present: the values that occur.
        vote: `"as released"` if value 2 touches background more than value 1,
            `"exchanged"` if it is the other way around, or None if there is too little
            of them.
    """

    present: frozenset
    vote: str | None


def read_values(values):
    """Returns the `LabelValues` of a label map.

    Args:
        values: `(depth, height, width)` of any numeric type, as stored.
    """
    present = frozenset(np.unique(values).tolist())
    if min(np.count_nonzero(values == value) for value in (1, 2)) < _MIN_VOXELS:
        return LabelValues(present, None)
    first, second = (_contacts(values, value) for value in (1, 2))
    if first == second:
        return LabelValues(present, None)
    return LabelValues(present, "exchanged" if first > second else "as released")


def votes(maps):
    """Counts the votes of some label maps.

    Args:
        maps: iterable of `LabelValues`.

    Returns:
        `(exchanged, all votes)`.
    """
    counts = Counter(one.vote for one in maps)
    return counts["exchanged"], counts["exchanged"] + counts["as released"]


def advice(release, maps):
    """Returns what to do about values that a release does not have, or None.

    Args:
        release: the `Release`.
        maps: the `LabelValues` of all cases of the set.
    """
    present = [one.present for one in maps]
    # 3 and 4 in one map are the labels of 2013 and 2015, or of post-treatment sets.
    if any({3, 4} <= values for values in present):
        return None
    if 4 not in release.labels:
        if any(4 in values for values in present):
            return "before 2023, 4 is the enhancing tumor: write 3 for 4"
        return None
    maps = [one for one in maps if 3 in one.present]
    if 3 in release.labels or not maps:
        return None
    exchanged, total = votes(maps)
    orders = [_NEWER, _TURN_BACK]
    if 2 * exchanged > total:
        orders.reverse()
    return (
        f"find out which order it is; {orders[0]}; but {orders[1]}. In {exchanged} of "
        f"{total} cases 1 lies outside of 2, as edema does"
    )


def exchanged_severity(maps):
    """Returns the severity of edema and necrosis that seem exchanged, or None.

    Args:
        maps: the `LabelValues` of all cases of the set.
    """
    exchanged, total = votes(maps)
    if 2 * exchanged <= total:
        return None
    return "error" if exchanged >= _MIN_VOTES else "warning"


def _contacts(values, value):
    """Returns the number of faces between the voxels of a value and those of 0."""
    own, background = values == value, values == 0
    total = 0
    for axis in range(values.ndim):
        one, other = (np.moveaxis(mask, axis, 0) for mask in (own, background))
        total += np.count_nonzero(one[1:] & other[:-1])
        total += np.count_nonzero(one[:-1] & other[1:])
    return total
