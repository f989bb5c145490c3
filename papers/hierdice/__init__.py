"""Zhang et al. 2017: refined networks and a hierarchical Dice on BraTS 2015.

Four networks, the choice of six losses, the protocol, and what the engine needs of the
paper. The losses themselves are `common.losses`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "losses": ["make_loss"],
        "networks": ["fcn8s_vgg16", "residual_unet", "resnet50_skip", "unet"],
        "paper": ["PAPER"],
        "protocol": ["METHODS", "PROFILES", "Protocol"],
    },
)
