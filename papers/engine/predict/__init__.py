"""The segmentation of a user's own scans, from files to files.

The command, one case or a folder of cases as volumes or as slices, and the segmenter
that the papers on BraTS share; and scans as scanners write them (`own_scan`), prepared
first. Reading and checking a scan is the task of `data.scans`;
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
        "own_scan": [
            "Segmentation",
            "given_scan",
            "restore_mask",
            "segment",
            "sources_of",
        ],
        "preparation": ["NAMES", "prepare_scan"],
        "scan_folder": ["ScanFolder"],
        "segmenter": ["Result", "RunSegmenter"],
        "slices": ["SliceFiles"],
        "volumes": ["VolumeFiles"],
    },
)
