"""Liu et al. 2019: cascaded U-Net with loss weighted sampling on BraTS 2017.

Five methods, the sampling of their losses, the protocol, and what the engine needs of
the paper. Slices, caches and training are not here: see `data.batches`,
`data.prepared` and `common.training`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "losses": ["BoundaryLoss", "CascadeLoss", "PlainLoss"],
        "networks": ["bfcn", "cu_net", "drn", "unet", "without_heads"],
        "paper": ["PAPER"],
        "protocol": ["METHODS", "PROFILES", "Protocol"],
        "sampling": ["LossSampler"],
    },
)
