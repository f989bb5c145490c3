"""The segmentation of a user's own scans, from files to files.

The command, one case or a folder of cases as volumes or as slices, and the segmenter
that the papers on BraTS share. Reading and checking a scan is the task of `data.scans`;
how a paper's network is applied to it lies in the paper's module `inference`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "command": ["import_weights", "predict"],
        "files": ["Files", "Prediction"],
        "listing": ["list_series"],
        "load_run": ["LoadedRun", "load_run"],
        "segmenter": ["Result", "RunSegmenter"],
        "slices": ["SliceFiles"],
        "volumes": ["VolumeFiles"],
    },
)
