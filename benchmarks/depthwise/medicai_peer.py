"""The layer of medicai, on Keras with PyTorch.

Run `KERAS_BACKEND=torch python -m benchmarks.depthwise.medicai_peer THREADS`.

The layer is Keras's `Conv3D` with as many groups as channels, built by
`medicai.layers.DepthwiseConv3D`; on TensorFlow it is the way `grouped` of
`benchmarks.depthwise.keras_peer`. It runs in the environment of PyTorch.
"""

import sys

import torch
from medicai.layers import DepthwiseConv3D

from benchmarks.depthwise.tensors import tensors
from benchmarks.shared.peers import serve_sizes


def prepare(shape, part):
    """Returns a function that convolves once, with its inputs in memory."""
    *_, rate = shape
    x, kernel, bias, dy = map(torch.from_numpy, tensors(shape))
    x, dy = x[None], dy[None]
    layer = DepthwiseConv3D(3, padding="same", dilation_rate=rate)
    layer.build(x.shape)
    layer.set_weights([kernel.reshape(layer.kernel.shape), bias])

    def forward():
        with torch.inference_mode():
            return [layer(x)]

    weights = [layer.kernel.value, layer.bias.value]

    def training():
        y = layer(x)
        y.backward(dy)
        results = [y.detach(), x.grad, *(weight.grad for weight in weights)]
        # Released, because a call's memory is measured against what was there before.
        for one in (x, *weights):
            one.grad = None
        return results

    if part == "forward":
        return forward
    x.requires_grad_(True)
    return training


def main(threads):
    import medicai

    torch.set_num_threads(int(threads))
    version = f"medicai {medicai.__version__}, torch {torch.__version__}"
    serve_sizes(prepare, tensors, version=version)


if __name__ == "__main__":
    main(*sys.argv[1:])
