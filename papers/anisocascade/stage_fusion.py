"""The fusion of the three stages' binary maps into one label map."""

import numpy as np

from common.inference.components import (
    close,
    keep_inside,
    keep_larger,
    keep_two_largest,
)

EDEMA, CORE, ENHANCING = 2, 1, 4  # BraTS since 2017; core: necrosis, non-enhancing


def fuse_stages(whole, core, enhancing, rule):
    """Fuses the maps of the three stages so that each lies within the last.

    Args:
        whole: the first network's map, boolean `(depth, height, width)`.
        core: the second network's map on the same grid.
        enhancing: the third network's map on the same grid.
        rule: the protocol's `Cascade`.

    Returns:
        uint8 labels of the same shape: 2 edema, 1 necrosis and non-enhancing
        tumor, 4 enhancing tumor.
    """
    inner = core | enhancing
    tumor = keep_larger(close(whole | inner), rule.whole_size)
    whole = whole & tumor
    # The stages were cropped, not masked, so that a core may lie outside the tumor.
    core = keep_inside(close(inner & tumor), whole, rule.inside_share)
    core = keep_two_largest(core, rule.second_ratio)
    enhancing = enhancing & core
    if np.count_nonzero(enhancing) < rule.enhancing_size:
        enhancing = np.zeros_like(enhancing)
    labels = np.zeros(whole.shape, np.uint8)
    labels[whole] = EDEMA
    labels[core] = CORE
    labels[enhancing] = ENHANCING
    return labels
