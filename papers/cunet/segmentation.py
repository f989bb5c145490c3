"""From slices to labels, for evaluation and for prediction.

The rule by which the paper fuses its two branches is not printed: all three are ours.
"""

import numpy as np
from scipy import special

from common.inference.frozen import FrozenPredictor
from common.inference.predict import Predictor
from data.padding import padded
from papers.cunet.architectures import architecture_of
from papers.cunet.networks import without_heads
from papers.cunet.reader import LABEL_OF_CLASS
from papers.cunet.slices import in_batches


def predictor(model, protocol):
    """Returns a `Predictor` of a network's logits, without auxiliary heads."""
    return Predictor(without_heads(model), protocol.training.batch_size)


def frozen_predictor(model, protocol):
    """Returns the same as `predictor` of a trained network, but faster."""
    return FrozenPredictor(without_heads(model), protocol.training.batch_size)


def labels_of(logits, brain, method, protocol):
    """Returns the labels that a network's logits mean.

    Args:
        logits: what `predictor` returned for some slices.
        brain: boolean `(batch, height, width)`, or True for all pixels.
        method: the network's `papers.cunet.protocol.NetworkMethod`.
        protocol: a `papers.cunet.protocol.Protocol`.

    Returns:
        uint8 `(batch, height, width)`.
    """
    result = architecture_of(method).result
    chosen = logits[result] if result else logits
    return fuse_branches(chosen, brain, protocol.inference.fusion)


def segment(images, brain, predict, method, protocol):
    """Returns the labels of a case.

    Args:
        images: float32 `(depth, height, width, 4)`.
        brain: boolean `(depth, height, width)`.
        predict: a `predictor`, or a function like it.
        method: the network's `papers.cunet.protocol.NetworkMethod`.
        protocol: a `papers.cunet.protocol.Protocol`.

    Returns:
        uint8 `(depth, height, width)`.
    """
    height, width = images.shape[1:3]
    found = []
    for batch in in_batches(images, protocol.training.batch_size):
        labels = labels_of(predict(padded(batch)), True, method, protocol)
        found.append(labels[:, :height, :width])
    return np.where(brain, np.concatenate(found), np.uint8(0))


def fuse_branches(logits, brain, rule="gate"):
    """Fuses the logits of the two branches into labels.

    Args:
        logits: a dict with `wt` `(…, 2)` and `sub` `(…, 4)`, or `(…, 3)` without the
            class non-tumor; or `(…, 4)` of a network without branches.
        brain: boolean `(…)`; outside of it there is no tumor.
        rule: how branches are fused, `"gate"`, `"and"` or `"prob"`.

    Returns:
        uint8 `(…)`: 0, 1, 2 and 4.

    Raises:
        ValueError: there is no such rule.

    Reference:
        Section 2.2, the last paragraph.
    """
    if isinstance(logits, dict):
        classes = _fused_classes(logits, rule)
    else:
        classes = logits.argmax(-1)
    return np.where(brain, LABEL_OF_CLASS[classes], np.uint8(0))


def _fused_classes(logits, rule):
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
