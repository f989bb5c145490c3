"""PyTorch's convolution, as one would write it.

Run `python -m benchmarks.depthwise.torch_peer LAYOUT LAYER THREADS`.

It is `Conv3d(groups=channels)`, of the layer `separable` followed by a pointwise one,
with the memory format `first` (PyTorch's default) or `last` (channels last). It runs
in an environment of its own.
"""

import sys
from functools import partial

import numpy as np
import torch

from benchmarks.depthwise.tensors import tensors, weights
from benchmarks.shared.peers import serve_sizes

FORMATS = {"first": torch.contiguous_format, "last": torch.channels_last_3d}


def prepare(layout, kind, shape, part):
    """Returns a function that convolves once, with its inputs in memory."""
    channels, _, rate = shape
    x, *_, dy = map(torch.from_numpy, tensors(shape))

    def laid_out(volume):
        volume = volume.permute(3, 0, 1, 2)[None]
        return volume.contiguous(memory_format=FORMATS[layout])

    layer = torch.nn.Conv3d(
        channels, channels, 3, padding=rate, dilation=rate, groups=channels
    )
    if kind == "separable":
        layer = torch.nn.Sequential(layer, torch.nn.Conv3d(channels, channels, 1))
    layer = layer.to(memory_format=FORMATS[layout])
    parameters = list(layer.parameters())
    with torch.no_grad():
        for parameter, array in zip(parameters, weights(kind, shape), strict=True):
            array = array.T if array.ndim == 2 else np.moveaxis(array, -1, 0)
            parameter.copy_(torch.tensor(array.reshape(parameter.shape)))
    x, dy = laid_out(x), laid_out(dy)

    def forward():
        with torch.inference_mode():
            return [layer(x)]

    def training():
        y = layer(x)
        y.backward(dy)
        results = [y.detach(), x.grad, *(one.grad for one in parameters)]
        # Released, because a call's memory is measured against what was there before.
        x.grad = None
        layer.zero_grad()
        return results

    if part == "forward":
        return forward
    x.requires_grad_(True)
    return training


def main(layout, layer, threads):
    torch.set_num_threads(int(threads))
    serve_sizes(partial(prepare, layout, layer), tensors, version=torch.__version__)


if __name__ == "__main__":
    main(*sys.argv[1:])
