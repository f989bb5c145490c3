"""Whether layers may have XLA compile kernels of their own."""

_state = {"allowed": True}


def allow_fusion(allowed=True):
    """Lets layers use kernels that XLA compiles for them, or forbids it.

    Fused kernels are faster on a CPU (`make bench-depthwise`); without them a model
    trains and is exported with no need of XLA. A graph that was traced before keeps
    what it has: call this first.

    Args:
        allowed: whether they may.
    """
    _state["allowed"] = bool(allowed)


def is_fusion_allowed():
    """Tells whether layers may use kernels that XLA compiles."""
    return _state["allowed"]
