"""Prepared cases on disk: what is computed once and read in every epoch.

The cache of volumes, the more general cache under it, bias field correction, and the
processes that fill a cache. How batches are cut from a cache is `data.batches`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "case_cache": ["CaseCache"],
        "copies": ["say_copies"],
        "n4": ["N4"],
        "pack": ["pack_volume"],
        "prepare": ["hash_cases", "prepare_volumes"],
        "prepare_case": ["prepare_case"],
        "processes": ["ProcessPool"],
        "volume_cache": ["VolumeCache"],
        "volume_info": ["VolumeInfo"],
    },
)
