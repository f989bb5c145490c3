"""The paper's six losses, by the names that its methods use."""

from common.losses.bootstrapped_cross_entropy import BootstrappedCrossEntropy
from common.losses.cross_entropy import LabelCrossEntropy
from common.losses.region_dice import RegionDice
from common.losses.sensitivity_specificity import SensitivitySpecificity

# Labels: 0 other, 1 necrosis, 2 edema, 3 non-enhancing, 4 enhancing tumor.
# Section 3.3: complete tumor, tumor core and enhancing tumor, one within the other.
NESTED = ((1, 2, 3, 4), (1, 3, 4), (4,))
EACH_LABEL = ((1,), (2,), (3,), (4,))


def make_loss(name, rule):
    """Returns a loss of labels `(batch, height, width, 1)` and probabilities.

    Args:
        name: one of `LOSSES`.
        rule: the `papers.hierdice.protocol.Loss`, whose values they take.
    """
    return LOSSES[name](rule)


def _hierarchical(rule):
    return RegionDice(NESTED, rule.dice_form, rule.epsilon, name="hierarchical_dice")


def _dice(rule):
    # chosen: the paper has no table of it and names no region.
    return RegionDice(EACH_LABEL, rule.dice_form, rule.epsilon)


def _sensitivity_specificity(rule):
    return SensitivitySpecificity(NESTED, rule.sensitivity, rule.epsilon)


LOSSES = {
    "softmax": lambda rule: LabelCrossEntropy(),
    "weighted": lambda rule: LabelCrossEntropy(rule.weights),
    "bootstrapping": lambda rule: BootstrappedCrossEntropy(
        rule.threshold, rule.min_kept
    ),
    "sensitivity_specificity": _sensitivity_specificity,
    "dice": _dice,
    "hierarchical_dice": _hierarchical,
}

# Those whose value for a batch is the mean of its slices' own: only with them are
# towers of 8 slices and one batch of 24 the same.
MEANS_OVER_SLICES = ("softmax", "weighted")
