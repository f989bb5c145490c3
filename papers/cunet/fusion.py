"""From a network's logits and the brain mask to labels.

The rule by which the paper fuses its branches is not printed: all three are ours.
"""

import numpy as np
from scipy import special

from papers.cunet.reader import LABEL_OF_CLASS


def fuse(logits, brain, rule="gate"):
    """Returns the labels that a network's logits mean.

    Args:
        logits: `(…, 4)` of one network; or a dict with `wt` `(…, 2)` and `sub`
            `(…, 4)`, or `(…, 3)` without the class non-tumor.
        brain: boolean `(…)`; outside of it, there is no tumor.
        rule: of a dict: `"gate"`, `"and"` or `"prob"`.

    Returns:
        uint8 `(…)`: 0, 1, 2 and 4.

    Raises:
        ValueError: there is no such rule.

    Reference:
        Section 2.2, the last paragraph.
    """
    classes = _fused(logits, rule) if isinstance(logits, dict) else logits.argmax(-1)
    return np.where(brain, LABEL_OF_CLASS[classes], np.uint8(0))


def _fused(logits, rule):
    wt, sub = logits["wt"], logits["sub"]
    tumor = wt.argmax(-1) == 1
    parts = sub[..., -3:]
    if rule == "gate":
        return np.where(tumor, 1 + parts.argmax(-1), 0)
    if rule == "and":
        with_none = sub.shape[-1] == 4
        return np.where(tumor, sub.argmax(-1) + (0 if with_none else 1), 0)
    if rule == "prob":
        of_wt, of_part = special.softmax(wt, -1), special.softmax(parts, -1)
        both = [of_wt[..., :1], of_wt[..., 1:] * of_part]
        return np.concatenate(both, axis=-1).argmax(-1)
    raise ValueError(f"Expected gate, and or prob. Received: rule={rule!r}")
