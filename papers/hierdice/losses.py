"""The paper's six losses, by the names that its methods use."""

from common.losses.bootstrapped_cross_entropy import BootstrappedCrossEntropy
from common.losses.cross_entropy import LabelCrossEntropy
from common.losses.region_dice import RegionDice
from common.losses.sensitivity_specificity import SensitivitySpecificity

# Labels: 0 other, 1 necrosis, 2 edema, 3 non-enhancing, 4 enhancing tumor.
# Section 3.2: complete tumor, tumor core and enhancing tumor, each within the last.
NESTED = ((1, 2, 3, 4), (1, 3, 4), (4,))
EACH_LABEL = ((1,), (2,), (3,), (4,))


def make_loss(name, rule):
    """Returns a loss for labels `(batch, height, width, 1)` and probabilities.

    Args:
        name: one of `LOSSES`.
        rule: the `papers.hierdice.protocol.Loss` with its constants.
    """
    return LOSSES[name](rule)


def _hierarchical(rule):
    return RegionDice(NESTED, rule.dice_form, rule.epsilon, name="hierarchical_dice")


def _dice(rule):
    # chosen: the paper has no table for it and names no region.
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

# Losses whose value for a batch is the mean over its slices. Only for these are towers
# of 8 slices each equal to one batch of 24.
MEANS_OVER_SLICES = ("softmax", "weighted")
