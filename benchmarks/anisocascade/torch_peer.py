"""One PyTorch peer.

Run `python -m benchmarks.anisocascade.torch_peer LAYOUT NETWORK SHAPE WIDTH`. With two
files `.npz` instead of SHAPE and WIDTH it computes once with the arrays of the first
and writes the second (`benchmarks.anisocascade.same`).

The networks are written plainly, as one would write them in PyTorch, to measure the
suite against. The program runs in an environment of its own where nothing of this
suite is installed. The layouts are `first` (PyTorch's default) and `last` (channels
last).
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.shared.peers import serve
from benchmarks.shared.torch_calls import fill, save

PLANE, THROUGH = (1, 3, 3), (3, 1, 1)


def norm(channels):
    batch_statistics = nn.BatchNorm3d(channels, eps=1e-5, track_running_stats=False)
    return nn.Sequential(batch_statistics, nn.PReLU(channels, init=0.0))


def conv(channels, filters, kernel=PLANE, dilation=1, **options):
    if kernel == PLANE and "stride" not in options:
        options |= {"padding": (0, dilation, dilation)}
    return nn.Conv3d(
        channels,
        filters,
        kernel,
        dilation=(1, dilation, dilation),
        bias=False,
        **options,
    )


class Residual(nn.Module):
    def __init__(self, channels, filters, dilation=1):
        super().__init__()
        self.path = nn.Sequential(
            norm(channels),
            conv(channels, filters, dilation=dilation),
            norm(filters),
            conv(filters, filters, dilation=dilation),
        )
        before = (filters - channels) // 2
        self.around = (before, filters - channels - before)

    def forward(self, x):
        skip = functional.pad(x, (0, 0, 0, 0, 0, 0, *self.around))
        return self.path(x) + (skip if any(self.around) else x)


class Halve(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv, self.norm = conv(width, width, stride=(1, 2, 2)), norm(width)

    def forward(self, x):
        return self.norm(self.conv(functional.pad(x, (0, 1, 0, 1))))


class Double(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv = nn.ConvTranspose3d(
            channels, filters, PLANE, stride=(1, 2, 2), bias=False
        )
        self.norm = norm(filters)

    def forward(self, x):
        return self.norm(self.conv(x)[..., :-1, :-1])


class Network(nn.Module):
    def __init__(self, width, halved_twice, classes=2):
        super().__init__()

        def fuse():
            return [conv(width, width, THROUGH), norm(width)]

        def blocks(*dilations):
            return [Residual(width, width, dilation) for dilation in dilations]

        self.shallow = nn.Sequential(
            *[Residual(4, width), Residual(width, width), *fuse()],
            *([Halve(width)] if halved_twice else []),
            *[*blocks(1, 1), *fuse()],
        )
        self.middle = nn.Sequential(Halve(width), *blocks(1, 2, 3), *fuse())
        self.deep = nn.Sequential(*blocks(3, 2, 1), *fuse())

        def head(filters):
            once, again = Double(width, filters), Double(filters, filters)
            return nn.Sequential(once, again) if halved_twice else once

        self.head1 = Double(width, classes) if halved_twice else conv(width, classes)
        self.head2, self.head3 = head(2 * classes), head(4 * classes)
        self.final = conv(7 * classes, classes)

    def forward(self, x):
        shallow = self.shallow(x)
        middle = self.middle(shallow)
        deep = self.deep(middle)
        joined = torch.cat(
            [
                self.head1(shallow[:, :, 2:-2]),
                self.head2(middle[:, :, 1:-1]),
                self.head3(deep),
            ],
            dim=1,
        )
        return self.final(joined)


def build(layout, network, width, x):
    """Returns a network and its patches in a format."""
    model = Network(width, network != "enet").to(x.dtype)
    if layout == "last":
        model = model.to(memory_format=torch.channels_last_3d)
        x = x.to(memory_format=torch.channels_last_3d)
    return model, x


def compute(layout, network, given, made):
    """Writes the logits and the gradient of every weight for what a file gives."""
    with np.load(given) as file:
        width, *arrays = [torch.from_numpy(file[name]) for name in file.files]
    x, factors, *weights = arrays
    model, x = build(layout, network, int(width), x)
    fill(model.parameters(), weights)
    logits = model(x)
    (logits * factors).sum().backward()
    save(made, [logits, *(weight.grad for weight in model.parameters())])


def measure(layout, network, shape, width):
    """Serves the benchmark with predictions of one network."""
    torch.manual_seed(0)
    batch, *sides = map(int, shape.split("x"))
    model, x = build(layout, network, int(width), torch.randn(batch, 4, *sides))

    def call():
        with torch.inference_mode():
            return model(x)

    parameters = sum(weight.numel() for weight in model.parameters())
    serve(call, parameters=parameters, version=torch.__version__)


def main(layout, network, *what):
    task = compute if what[0].endswith(".npz") else measure
    task(layout, network, *what)


if __name__ == "__main__":
    main(*sys.argv[1:])
