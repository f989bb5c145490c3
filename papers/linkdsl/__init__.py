"""Sobhaninia et al. 2020: cascaded dual-scale LinkNet on the figshare slices.

The network, its loss and protocol, and what the engine needs of the paper. Slices,
folds and training are not here: see `data.figshare`, `data.splits` and
`common.training`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "losses": ["BceMinusDice"],
        "networks": ["linknet"],
        "paper": ["PAPER"],
        "protocol": ["METHODS", "PROFILES", "Protocol"],
    },
)
