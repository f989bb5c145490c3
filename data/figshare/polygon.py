"""Filling polygons, such as the tumor borders of the figshare data set."""

import numpy as np


def fill_polygon(points, shape):
    """Marks the pixels whose centers lie inside a closed polygon (even-odd rule).

    A center on the border belongs to the polygon only on its left and top, so that
    neighboring polygons share no pixel.

    Args:
        points: corners, `(k, 2)`, as x (column) and y (row) in pixels, with the
            center of the first pixel at 0; the last is joined to the first.
        shape: height and width of the mask.

    Returns:
        A uint8 mask of `shape`. Whatever lies outside of it is cut off.
    """
    mask = np.zeros(shape, np.uint8)
    # Only the rectangle around the polygon is examined.
    low = np.clip(np.ceil(points.min(0)), 0, None).astype(int)
    high = np.clip(np.floor(points.max(0)) + 1, 0, shape[::-1]).astype(int)
    columns, rows = np.arange(low[0], high[0]), np.arange(low[1], high[1])
    x, y = points.T[:, :, None]
    next_x, next_y = np.roll(x, -1, 0), np.roll(y, -1, 0)
    # Half-open in y, so that a corner on a row counts once.
    crosses = (y <= rows) != (next_y <= rows)
    rise = np.where(next_y == y, 1, next_y - y)
    at = np.where(crosses, x + (rows - y) / rise * (next_x - x), np.inf)
    # A pixel is inside if an odd number of edges crosses its row to its left.
    left = (at[:, :, None] <= columns).sum(0)
    mask[low[1] : high[1], low[0] : high[0]] = left % 2
    return mask
