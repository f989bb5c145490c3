"""Weights that can be had by one command: what there is, and where it comes from.

Their declarations, the download, and the table of the model zoo; and finished runs
that are shipped, in half precision. How the weights that authors released become
weights of the suite's networks lies in the paper's own package.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "download": ["download_weights", "folder_of"],
        "export": ["export_run"],
        "shipped": ["default_weights", "nearest", "shipped"],
        "table": ["markdown", "rows"],
        "weight_file": ["WeightFile"],
        "weights": ["Weights"],
    },
)
