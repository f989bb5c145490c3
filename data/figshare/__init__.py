"""The figshare CE-MRI brain tumor data set: slices in `.mat` files.

Its download, a safe reader and a writer of its files, its cases, and its integrity
check. The synthetic data set of the same layout is `data.phantom.figshare`; folds are
drawn in `data.splits`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "check": ["check_figshare"],
        "dataset": ["FigshareDataset"],
        "download": ["download_figshare"],
        "mat_error": ["MatError"],
        "mat_reader": ["read_cvind", "read_slice"],
        "mat_writer": ["write_cvind", "write_slice"],
        "polygon": ["fill_polygon"],
        "slice": ["Slice"],
    },
)
