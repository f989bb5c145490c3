"""Separable and dilated 3D U-Net (authors unknown, BraTS 2018).

Two networks, their loss and protocol, and what the engine needs of the paper. The
separable convolutions themselves are `common.layers`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "losses": ["LabelDice"],
        "networks": ["isensee2017", "separable_unet"],
        "paper": ["PAPER"],
        "protocol": ["METHODS", "PROFILES", "Protocol"],
    },
)
