"""Files from other people's servers: resumed, verified, never replaced.

Whole files, single members of an archive by ranges of its bytes, and how they are put
into a folder. Which files there are, and what they should be, is known to whoever asks.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "place": ["are_unchanged", "foreign_file", "place"],
        "ranged_file": ["RangedFile"],
        "resume": ["ResumingDownloader"],
        "retrieve": ["retrieve"],
        "tar_index": ["TarIndex"],
    },
)
