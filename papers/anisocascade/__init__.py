"""Wang et al. 2017: cascaded anisotropic networks on BraTS 2017.

Three networks in three views, the import of the authors' released weights, the protocol
(`inference_protocol` is its part for segmenting), and what the engine needs of the
paper. The cascade reads from the inside out: `preprocessing` makes a scan ready for a
network, `slabs` runs one network over it in one view, `cascade` carries a scan through
the views and stages and joins the stages' maps into labels, and `segmenter` does so for
files.
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
