"""Where trainings run: GPUs that share a batch, GPUs with a training each, machines.

Decides what `GPUS=N` means for a protocol, runs whole trainings in parallel processes,
and prints what to start on each machine of a cluster. How several devices share the
steps of one training is the task of `common.training`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "cluster": ["LOST_MACHINE", "own_failure_noted", "refuse_cluster"],
        "side_by_side": ["command_of"],
        "towers_for": ["check_devices", "shared_by", "towers_on"],
    },
)
