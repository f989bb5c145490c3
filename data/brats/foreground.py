"""The foreground box of a case, and labels outside of it.

The check and the preparation ask here, so that they agree.
"""

import numpy as np

# Share of the labeled voxels that may lie outside; more is no slip of a pen.
_MAX_STRAY = 0.01


def foreground_box(mask):
    """Returns the slices of the smallest box around all that is not zero.

    Args:
        mask: `(depth, height, width)`, with at least one voxel.
    """
    box = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        inside = np.flatnonzero(mask.any(axis=others))
        box.append(slice(int(inside[0]), int(inside[-1]) + 1))
    return tuple(box)


def count_stray(labels, box):
    """Returns how many labeled voxels lie outside of the foreground box.

    Such a voxel shows nothing: the preparation leaves it out.

    Args:
        labels: `(depth, height, width)`, 0 where there is no label.
        box: what `foreground_box` returned.

    Raises:
        ValueError: they are more than one of a hundred.
    """
    total = np.count_nonzero(labels)
    outside = total - np.count_nonzero(labels[box])
    if outside > total * _MAX_STRAY:
        raise ValueError(
            "Expected labels inside the foreground box, but for 1 % of the voxels. "
            f"Received: {outside} of {total} labeled voxels outside"
        )
    return outside
