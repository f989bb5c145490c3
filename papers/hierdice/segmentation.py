"""The network of a method, and the two ways from its probabilities to labels."""

from functools import partial

import numpy as np

from data.brats.releases import MODALITIES
from data.padding import padded
from papers.hierdice import networks

CLASSES = 5
THRESHOLDS = (0.5, 0.5, 0.5)
# The labels that the four formulas tell apart. They do not tell whether a core that is
# not enhancing is necrosis (1) or not (3).
OTHER, EDEMA, CORE, ENHANCING = 0, 2, 1, 4


def build_network(method, protocol, size):
    """Builds a method's network for slices of `size`, (height, width)."""
    rule = protocol.network
    build = partial(getattr(networks, method.builder), (*size, len(MODALITIES)))
    if method.builder in ("fcn8s_vgg16", "resnet50_skip"):
        build = partial(build, fusion=rule.fusion, skip_weights=rule.skip_weights)
    if method.builder == "residual_unet":
        build = partial(
            build,
            synchronized=rule.synchronized,
            momentum=rule.batch_norm_momentum,
            epsilon=rule.batch_norm_epsilon,
        )
    if method.builder == "resnet50_skip":
        build = partial(build, momentum=rule.batch_norm_momentum)
    if method.builder == "unet":
        activation = None if rule.up_activation == "none" else rule.up_activation
        build = partial(build, up_activation=activation)
    return build(CLASSES, rule.base_filters)


def classify(probability, method, protocol):
    """Returns the labels `(…)` that a method's classifier gives to probabilities."""
    rule = method.classifier or protocol.inference.softmax_classifier
    return labels_of(probability, rule, protocol.inference.thresholds)


def segment(images, predict, labels_of):
    """Returns the labels of a case.

    Args:
        images: float32 `(depth, height, width, modalities)`, normalized.
        predict: a `common.inference.predict.Predictor`.
        labels_of: function from probabilities to labels.

    Returns:
        uint8 `(depth, height, width)`.
    """
    size = predict.batch_size
    found = [
        labels_of(predict(padded(images[i : i + size])))
        for i in range(0, len(images), size)
    ]
    height, width = images.shape[1:3]
    return np.concatenate(found)[:, :height, :width]


def most_probable(probability):
    """Returns the label of the highest probability.

    Args:
        probability: `(…, 5)`.

    Returns:
        uint8 labels `(…)`.
    """
    return np.argmax(probability, axis=-1).astype(np.uint8)


def four_formulas(probability, thresholds=THRESHOLDS):
    """Returns the label by the sums of which the hierarchical Dice is composed.

    Let p0 be the probability of tumor, p1 that of its core and p2 that of enhancing
    tumor. The label is other where p0 < t0, edema where p0 >= t0 and p1 < t1, core
    where also p1 >= t1 and p2 < t2, and enhancing where all three are reached.

    Args:
        probability: `(…, 5)`.
        thresholds: t0, t1 and t2; chosen: the paper names no values.

    Returns:
        uint8 labels `(…)`: 0, 2, 1 or 4.

    Reference:
        Section 3.2, the four formulas, as its text describes them.
    """
    p = np.asarray(probability)
    tumor = p[..., 1] + p[..., 2] + p[..., 3] + p[..., 4] >= thresholds[0]
    core = tumor & (p[..., 1] + p[..., 3] + p[..., 4] >= thresholds[1])
    enhancing = core & (p[..., 4] >= thresholds[2])
    conditions = [enhancing, core, tumor]
    labels = np.select(conditions, [ENHANCING, CORE, EDEMA], OTHER)
    return labels.astype(np.uint8)


def labels_of(probability, rule, thresholds=THRESHOLDS):
    """Returns the labels in one of the two ways.

    Args:
        probability: `(…, 5)`.
        rule: `"most_probable"` or `"four_formulas"`.
        thresholds: those of the four formulas.
    """
    if rule == "most_probable":
        return most_probable(probability)
    return four_formulas(probability, thresholds)
