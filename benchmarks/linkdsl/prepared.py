"""What a worker's tasks and its parent pass to each other."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of one repetition.

    Args:
        wall: time that passed.
        cpu: processor time of all cores together.
        waited: the part of `wall` that was spent waiting for data.
    """

    wall: float
    cpu: float
    waited: float


@dataclass(frozen=True)
class Prepared:
    """A task that is ready to run.

    Args:
        call: runs it once; returns the seconds it waited for data, or None.
        flop: floating-point operations of one call.
        parameters: weights and moving statistics of its network.
        close: releases what the task holds.
    """

    call: object
    flop: int = 0
    parameters: int = 0
    close: object = lambda: None
