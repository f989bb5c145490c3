"""Scores of anybody's label maps: a folder of truths against a folder of predictions.

Neither a paper nor a run is needed. The command pairs the files, finds out what their
labels mean, and writes tables and a figure. What is computed lies in `common.metrics`;
the scores of a paper's own runs are written by its experiment.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "command": ["Options", "score"],
        "labelings": ["read_labels"],
        "masks": ["find_masks"],
    },
)
