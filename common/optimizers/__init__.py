"""Optimizers that update each weight in one pass over its memory.

Keras composes an update of several operations, each of which reads and writes all
values. Where the backend has the whole update as one operation, `FusedSGD` and
`FusedAdam` use it; elsewhere they are Keras's own.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__, submod_attrs={"adam": ["FusedAdam"], "sgd": ["FusedSGD"]}
)
