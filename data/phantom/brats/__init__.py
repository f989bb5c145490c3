"""A synthetic data set in the layout of any BraTS release.

Brains, tumors and their four modalities, and the names of cases and files. What a
release is like is known to `data.brats`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "case": ["draw_case"],
        "write": ["write_phantom"],
    },
)
