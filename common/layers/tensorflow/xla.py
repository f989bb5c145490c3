"""Whether layers may have XLA compile kernels of their own."""

import inspect

# Where programs that write a model for other programs trace it. Most of their readers,
# such as onnxruntime, refuse a kernel that XLA must compile.
EXPORTERS = (
    "keras.src.export",
    "tensorflow.lite.",
    "tensorflow.python.saved_model.",
    "tf2onnx.",
)

_state = {"allowed": True}


def allow_xla(allowed=True):
    """Allows or forbids the kernels that XLA compiles for single layers.

    They are faster on a CPU (`make bench-depthwise`). Without them, a model trains
    without XLA. A graph that has already been traced keeps its kernels, so call this
    first. An exported model never holds them.

    Args:
        allowed: whether layers may use such kernels.
    """
    _state["allowed"] = bool(allowed)


def is_xla_allowed():
    """Whether layers may use kernels that XLA compiles."""
    return _state["allowed"] and not is_exporting()


def is_exporting():
    """Whether a model is being traced for a file that other programs read.

    Neither Keras nor TensorFlow tells a layer, so the callers are looked at.
    """
    frame = inspect.currentframe()
    while frame:
        if frame.f_globals.get("__name__", "").startswith(EXPORTERS):
            return True
        frame = frame.f_back
    return False
