"""Losses and soft overlap measures of labels and probabilities, for every backend.

Each loss is one file; `class_maps` holds what several of them need. A loss that only
one paper has lives with that paper, and scores of finished masks are in
`common.metrics`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "bootstrapped_cross_entropy": ["BootstrappedCrossEntropy"],
        "cross_entropy": ["LabelCrossEntropy"],
        "dice": ["soft_dice"],
        "region_dice": ["RegionDice", "two_term_dice"],
        "sampled_pixels": ["sampled_cross_entropy", "sampled_sums"],
        "sensitivity_specificity": ["SensitivitySpecificity"],
        "squared_dice": ["squared_soft_dice"],
    },
)
