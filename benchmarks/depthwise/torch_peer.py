"""PyTorch's convolution: `python -m benchmarks.depthwise.torch_peer LAYOUT THREADS`.

It is `Conv3d(groups=channels)` as one would write it, with the memory format `first`
(PyTorch's default) or `last` (channels last). It runs in an environment of its own.
"""

import sys
from functools import partial

import torch

from benchmarks.depthwise.tensors import tensors
from benchmarks.shared.peers import serve_sizes

FORMATS = {"first": torch.contiguous_format, "last": torch.channels_last_3d}


def prepare(layout, shape, part):
    """Returns a function that convolves once, with its inputs in memory."""
    channels, _, rate = shape
    x, kernel, bias, dy = map(torch.from_numpy, tensors(shape))

    def laid_out(volume):
        volume = volume.permute(3, 0, 1, 2)[None]
        return volume.contiguous(memory_format=FORMATS[layout])

    layer = torch.nn.Conv3d(
        channels, channels, 3, padding=rate, dilation=rate, groups=channels
    )
    layer = layer.to(memory_format=FORMATS[layout])
    with torch.no_grad():
        layer.weight.copy_(kernel.permute(3, 0, 1, 2)[:, None])
        layer.bias.copy_(bias)
    x, dy = laid_out(x), laid_out(dy)

    def forward():
        with torch.inference_mode():
            return [layer(x)]

    def training():
        y = layer(x)
        y.backward(dy)
        results = [y.detach(), x.grad, layer.weight.grad, layer.bias.grad]
        # Released, because a call's memory is measured against what was there before.
        x.grad = None
        layer.zero_grad()
        return results

    if part == "forward":
        return forward
    x.requires_grad_(True)
    return training


def main(layout, threads):
    torch.set_num_threads(int(threads))
    serve_sizes(partial(prepare, layout), tensors, version=torch.__version__)


if __name__ == "__main__":
    main(*sys.argv[1:])
