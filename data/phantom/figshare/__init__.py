"""A synthetic data set in the layout of the figshare CE-MRI data set.

Heads, tumors and the slices through them. The format of the files is known to
`data.figshare`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "write": ["write_phantom"],
    },
)
