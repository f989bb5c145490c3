"""Where trainings run: GPUs that share a batch, GPUs with a training each, machines.

Decides what `GPUS=N` means for a protocol, runs whole trainings and scorings as tasks
of a Ray cluster, and prints what to start on each of several machines that share one
training. How several devices share its steps is the task of `common.training`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "cluster": ["LOST_MACHINE", "own_failure_noted", "refuse_cluster"],
        "fan_out": ["fan_out"],
        "towers_for": ["check_devices", "shared_by", "towers_on"],
    },
)
