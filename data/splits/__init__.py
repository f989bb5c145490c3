"""Which cases train, validate and test.

Folds and three-part splits, by image or by patient, drawn at random, made by a data
set's author, or read from the user's own file. Nothing is read here but such files:
the cases come from the data sets.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "folds": [
            "image_folds",
            "patient_folds",
            "read_folds",
            "refuse_divided_patients",
            "rule_kept",
            "split_by_fold",
            "write_folds",
        ],
        "parts": ["of_group", "read_split", "split_patients", "write_split"],
        "split": ["Split"],
    },
)
