"""A user's own scans: found in a folder, read, checked and turned like those of BraTS.

The checks say whether a network trained on BraTS can be expected to work. What a
scanner wrote, DICOM series among it, is co-registered and put on one grid first. The
prediction itself is not here, nor are data sets to train on.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "checks": [
            "check_grids",
            "check_intensities",
            "check_registration",
            "refuse_errors",
        ],
        "coregister": ["Registration"],
        "find": ["find_cases", "find_scan", "release_of"],
        "guess": ["guess_modality"],
        "inputs": ["Input", "read_input"],
        "placement": ["Placement"],
        "preparation": ["Prepared", "prepare", "restore"],
        "registration": ["worst_placed"],
        "skull": ["strip_skull"],
        "scan": ["Scan", "open_scan", "read_scan"],
    },
)
