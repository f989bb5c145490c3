"""Scores of finished label volumes: overlap, distances, and their conventions.

NumPy and SciPy only, no Keras: the differentiable twins are in `common.losses`.
`score_case` computes everything for one case; `overlap` holds the formulas that pooled
scores share. Means, intervals and tables over cases are in `common.reporting`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=["overlap"],
    submod_attrs={
        "boundary_scores": ["TOLERANCES", "boundary_scores", "volume_scores"],
        "case_pair": ["CasePair"],
        "case_scores": ["score_case", "score_pair"],
        "conventions": ["CONVENTIONS", "Convention", "find_convention"],
        "empty_rule": ["BRATS_DIAGONAL", "EMPTY_RULES", "EmptyRule"],
        "regions": [
            "CAVITY",
            "LABELS",
            "REGIONS",
            "check_labels",
            "region_mask",
            "region_masks",
        ],
        "surface": ["RULES", "SurfaceDistances", "surface_distances"],
    },
)
