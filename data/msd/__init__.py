"""The brain tumors of the Medical Segmentation Decathlon: four volumes in one file.

Its download, what its `dataset.json` says, its cases, its integrity check, and the
search for cases that look alike. The cases are those of BraTS 2016 and 2017 under other
names, so that grids, labels and checks are those of `data.brats`; the synthetic data
set of the same layout is `data.phantom.msd`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "check": ["check_msd"],
        "dataset": ["MsdDataset"],
        "description": ["Description", "holds_msd", "read_description"],
        "download": ["download_cases", "download_msd"],
        "layout": ["MsdLayout", "find_layout"],
        "look_alikes": ["find_look_alikes", "portrait"],
        "scan": ["find_msd_cases", "msd_scan"],
    },
)
