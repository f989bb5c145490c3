"""A synthetic data set in the layout of the Medical Segmentation Decathlon.

The brains are those of `data.phantom.brats`, four modalities in one file, turned as the
Decathlon has them. What its layout is like is known to `data.msd`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={"write": ["write_phantom"]},
)
