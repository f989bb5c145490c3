"""Memory before it is needed: what a training will take, and what there is.

Here lie the count of what a network keeps in a step, the peak that follows from it, the
setting with which a training would fit, and what the machine has. The time of a job is
`papers.engine.job`'s; what is shown of both is `papers.engine.cli.dry_run`'s.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "available": ["available_memory"],
        "footprint": ["Footprint", "footprint_of"],
        "prediction": ["Prediction"],
        "preflight": ["Preflight", "of_model"],
        "without_data": ["predicted_without_data"],
    },
)
