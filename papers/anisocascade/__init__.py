"""Wang et al. 2017: cascaded anisotropic networks on BraTS 2017.

Three networks in three views, the cascade that they make, the import of the authors'
released weights, the protocol, and what the engine needs of the paper.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "losses": ["PooledDice"],
        "networks": ["enet", "tnet", "wnet"],
        "paper": ["PAPER"],
        "protocol": ["METHODS", "PROFILES", "Protocol"],
        "segmenter": ["Segmenter"],
    },
)
