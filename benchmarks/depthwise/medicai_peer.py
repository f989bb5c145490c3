"""The layers of medicai, on Keras with PyTorch.

Run `KERAS_BACKEND=torch python -m benchmarks.depthwise.medicai_peer LAYER THREADS`.

The depthwise layer is Keras's `Conv3D` with as many groups as channels, built by
`medicai.layers.DepthwiseConv3D`; on TensorFlow it is the way `grouped` of
`benchmarks.depthwise.keras_peer`. The separable one is
`medicai.layers.SeparableConv3D`. It runs in the environment of PyTorch.
"""

import sys
from functools import partial

import keras
import torch
from medicai.layers import DepthwiseConv3D, SeparableConv3D

from benchmarks.depthwise.tensors import tensors, weights
from benchmarks.shared.peers import serve_sizes


def prepare(kind, shape, part):
    """Returns a function that convolves once, with its inputs in memory."""
    channels, _, rate = shape
    x, *_, dy = map(torch.from_numpy, tensors(shape))
    x, dy = x[None], dy[None]
    options = {"padding": "same", "dilation_rate": rate}
    if kind == "depthwise":
        layer = DepthwiseConv3D(3, **options)
    else:
        layer = SeparableConv3D(channels, 3, **options)
    layer(keras.Input(x.shape[1:]))  # which builds it
    for weight, array in zip(layer.weights, weights(kind, shape), strict=True):
        weight.assign(array.reshape(weight.shape))

    def forward():
        with torch.inference_mode():
            return [layer(x)]

    parameters = [weight.value for weight in layer.weights]

    def training():
        y = layer(x)
        y.backward(dy)
        results = [y.detach(), x.grad, *(one.grad for one in parameters)]
        # Released, because a call's memory is measured against what was there before.
        for one in (x, *parameters):
            one.grad = None
        return results

    if part == "forward":
        return forward
    x.requires_grad_(True)
    return training


def main(layer, threads):
    import medicai

    torch.set_num_threads(int(threads))
    version = f"medicai {medicai.__version__}, torch {torch.__version__}"
    serve_sizes(partial(prepare, layer), tensors, version=version)


if __name__ == "__main__":
    main(*sys.argv[1:])
