"""Scores of single lesions: which of them were found, and how well.

A lesion is a part of a region whose voxels touch one another. `LESION_RULES` names the
rules by which BraTS finds and matches them; `lesion_scores` applies one to a
`common.metrics.case_pair.CasePair` and returns means and one row per lesion. Scores of
whole regions are in `common.metrics`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "lesion": ["Lesion"],
        "rules": ["LESION_RULES", "LesionRule", "find_lesion_rule"],
        "scores": ["lesion_scores"],
    },
)
