"""What the papers on BraTS share: data set, folds, label maps, figures of cases.

The experiments of these papers derive from `BratsExperiment`, those that score whole
volumes from `VolumeExperiment`. Reading BraTS is not here but in `data.brats`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "experiment": ["BratsExperiment"],
        "figures": ["MiddleSlice", "draw_each", "scored_together", "shown_cases"],
        "palette": ["LABEL_COLORS"],
        "label_maps": ["fingerprint_of", "predictions_of"],
        "volume_experiment": ["VolumeExperiment"],
    },
)
