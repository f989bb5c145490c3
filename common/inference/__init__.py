"""From a trained network to the label map of a case.

`Predictor` runs a network batch by batch, `FrozenPredictor` one whose weights no
longer change, `SharedGraphs` several that differ in their weights only,
`fold_normalization` makes normalizations part of convolutions, and `components` cleans
masks by their connected components. How a paper cuts a case into inputs and joins the
outputs belongs to that paper.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "components": ["close", "keep_inside", "keep_larger", "keep_two_largest"],
        "folded": ["fold_normalization"],
        "frozen": ["FrozenPredictor"],
        "predict": ["Predictor"],
        "shared_graphs": ["SharedGraphs", "architecture_of"],
    },
)
