"""The training loop of every paper, and what it consists of.

`loop` trains by a `Plan` and resumes exactly from its last saved state. A step runs on
`OneDevice` or on `Towers`, as `place` decides. Schedules, the moving average of weights
and the scaled loss of half precision are here as well. All of it is TensorFlow's; what
a paper trains (its network, its loss, its order of batches) is not here.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "cluster": ["LostMachineError", "on_several_machines"],
        "loop": ["train"],
        "moving_average": ["MovingAverage"],
        "one_device": ["OneDevice"],
        "placement": ["place"],
        "plan": ["Plan"],
        "plateau": ["Plateau"],
        "precision": ["scaled"],
        "repeatable": ["gradients", "in_order", "make_repeatable"],
        "state": ["StateStore"],
        "step_decay": ["StepDecay"],
        "towers": ["Towers"],
        "weights": ["load_weights", "save_weights"],
    },
)
