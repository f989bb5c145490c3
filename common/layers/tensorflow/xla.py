"""Whether layers may have XLA compile kernels of their own."""

_state = {"allowed": True}


def allow_xla(allowed=True):
    """Allows or forbids the kernels that XLA compiles for single layers.

    They are faster on a CPU (`make bench-depthwise`). Without them, a model trains
    and exports without XLA. A graph that has already been traced keeps its kernels,
    so call this first.

    Args:
        allowed: whether layers may use such kernels.
    """
    _state["allowed"] = bool(allowed)


def is_xla_allowed():
    """Whether layers may use kernels that XLA compiles."""
    return _state["allowed"]
