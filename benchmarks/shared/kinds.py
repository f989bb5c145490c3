"""What kind of work an operation of a training step does."""

import re

CONVOLUTION = "convolutions"
GRADIENT = "their gradients"
TRANSPOSED = "transposed convolutions, with gradients"
NORMALIZATION = "normalizations, ReLU, biases, sums"
CAST = "casts"
LAYOUT = "changes of layout"
OPTIMIZER = "optimizer"
OTHER = "other (pooling, loss, reading of weights)"
# What oneDNN does within its operations, so that it is no further kind.
REORDER = "within these: reorders by oneDNN"

KINDS = (
    *(CONVOLUTION, GRADIENT, TRANSPOSED, NORMALIZATION, CAST, LAYOUT, OPTIMIZER),
    OTHER,
)

_OPTIMIZERS = re.compile(r"(^|/)(fused_)?(sgd|adam)(_\d+)?/")
_PRODUCTS = re.compile(r"Conv[123]D|DepthwiseConv|MatMul")
_CALLS = ("PartitionedCall", "StatefulPartitionedCall", "While", "If", "Case")
_LAYOUTS = ("Transpose", "ConjugateTranspose", "ToTf", "InputConversion")
_SUMS = (
    *("Relu", "ReluGrad", "PRelu", "LeakyRelu", "LeakyReluGrad"),
    *("BiasAdd", "BiasAddGrad", "Add", "AddV2", "AddN"),
)
_NORMALIZED = re.compile(r"(^|[_/])(bn|norm|normalization)(_\d+)*(/|$)")


def kind_of(name, operation):
    """Returns the kind of an operation, or None for the call of a function.

    Args:
        name: of its node: the path of layers, `gradients/` in front of what
            differentiation added, and the optimizer's name in front of its updates.
        operation: its type, such as `Conv2D` or oneDNN's `_MklNativeConv2D`.

    Returns:
        One of `KINDS`.
    """
    plain = re.sub(r"^_?(Mkl|Native|Fused)*", "", operation)
    if plain in _CALLS:
        return None
    if _OPTIMIZERS.search(name) or plain.startswith("ResourceApply"):
        return OPTIMIZER
    if plain == "Cast":
        return CAST
    if _PRODUCTS.search(plain):
        if "conv_transpose" in name:
            return TRANSPOSED
        return GRADIENT if _is_gradient(name) else CONVOLUTION
    if plain in _LAYOUTS:
        return LAYOUT
    if "BatchNorm" in plain or plain in _SUMS or _NORMALIZED.search(name):
        return NORMALIZATION
    return OTHER


def _is_gradient(name):
    return name.startswith("gradients") or "/gradients" in name or "_grad/" in name
