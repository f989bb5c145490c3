"""The BraTS data sets from 2013 to 2023: four modalities and a label map per case.

What each release calls its folders, files and labels, the cases of a folder, the
survival table, and the integrity check. A scan that is of no data set is read by
`data.scans`, volumes are cached by `data.prepared`, and the synthetic data sets of the
same layouts are `data.phantom.brats`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "check": ["check_brats"],
        "dataset": ["BratsDataset"],
        "labels": ["from_canonical", "to_canonical"],
        "layout": ["Layout", "find_layout"],
        "releases": ["GRID", "LABELINGS", "MODALITIES", "RELEASES", "Release"],
        "survival": ["read_survival"],
    },
)
