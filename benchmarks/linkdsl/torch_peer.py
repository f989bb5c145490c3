"""LinkNet and Dual-Scale LinkNet in PyTorch.

Run `python -m benchmarks.linkdsl.torch_peer LAYOUT`.

Both are written plainly, with the geometry of the original code in Torch, to measure
the suite against. The program runs in an environment of its own where nothing of this
suite is installed. The layouts are `first` (PyTorch's default) and `last` (channels
last). With a network and two files it computes once what `benchmarks.linkdsl.same`
compares.
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.shared.torch_calls import (
    count_parameters,
    fill,
    laid_out,
    prediction,
    run,
    save,
    training_step,
    widened,
)

BASE = 64
FEATURES = (64, 128, 256, 512)
RATE, MOMENTUM = 1e-3, 0.9


def encoder_conv(channels, filters, kernel, stride=1):
    return [
        nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(filters),
    ]


def decoder_conv(channels, filters, kernel):
    return [
        nn.Conv2d(channels, filters, kernel, padding=kernel // 2),
        nn.BatchNorm2d(filters, eps=1e-3),
        nn.ReLU(),
    ]


def full_conv(channels, filters, stride, eps=1e-3):
    return [
        nn.ConvTranspose2d(
            channels, filters, 3, stride, padding=1, output_padding=stride - 1
        ),
        nn.BatchNorm2d(filters, eps=eps),
        nn.ReLU(),
    ]


class BasicBlock(nn.Module):
    def __init__(self, channels, filters, stride=1):
        super().__init__()
        self.path = nn.Sequential(
            *encoder_conv(channels, filters, 3, stride),
            nn.ReLU(),
            *encoder_conv(filters, filters, 3),
        )
        same = stride == 1 and channels == filters
        self.shortcut = nn.Sequential(
            *([] if same else encoder_conv(channels, filters, 1, stride))
        )

    def forward(self, x):
        return functional.relu(self.path(x) + self.shortcut(x))


class LinkNet(nn.Module):
    """LinkNet; with `dual`, the half-scale image joins the stem's output."""

    def __init__(self, dual=False):
        super().__init__()
        self.dual = dual
        self.stem = nn.Sequential(*encoder_conv(1, BASE, 7, 2), nn.ReLU())
        entering = (BASE + dual, *FEATURES[:-1])
        self.encoder = nn.ModuleList(
            nn.Sequential(BasicBlock(n, f, 2 if i else 1), BasicBlock(f, f))
            for i, (n, f) in enumerate(zip(entering, FEATURES, strict=True))
        )
        leaving = (BASE, *FEATURES[:-1])
        self.decoder = nn.ModuleList(
            nn.Sequential(
                *decoder_conv(f, f // 4, 1),
                *full_conv(f // 4, f // 4, 2 if i else 1),
                *decoder_conv(f // 4, n, 1),
            )
            for i, (n, f) in enumerate(zip(leaving, FEATURES, strict=True))
        )
        self.head = nn.Sequential(
            *full_conv(BASE, BASE // 2, 2, eps=1e-5),
            *decoder_conv(BASE // 2, BASE // 2, 3),
            nn.ConvTranspose2d(BASE // 2, 1, 2, stride=2),
        )

    def forward(self, image):
        stem = self.stem(image)
        pooled = functional.max_pool2d(stem, 3, 2, padding=1)
        links, x = [pooled], pooled
        if self.dual:
            stem = torch.cat([stem, functional.avg_pool2d(image, 2)], dim=1)
            x = functional.max_pool2d(stem, 3, 2, padding=1)
        for block in self.encoder:
            x = block(x)
            links.append(x)
        for i in reversed(range(len(self.decoder))):
            x = functional.relu(self.decoder[i](x) + links[i])
        return torch.sigmoid(widened(self.head(x)))


def bce_minus_dice(truth, probability, smooth=1.0, epsilon=1e-7):
    clipped = probability.clamp(epsilon, 1 - epsilon)
    bce = functional.binary_cross_entropy(clipped, truth)
    axes = (1, 2, 3)
    overlap = (truth * probability).sum(axes)
    total = truth.sum(axes) + probability.sum(axes)
    return bce - ((2 * overlap + smooth) / (total + smooth)).mean()


def prepare(layout, network, part, side, batch, precision):
    """Returns a function that updates or predicts once, and the network's size."""
    torch.manual_seed(0)
    x = torch.rand(batch, 1, side, side)
    y = (torch.rand(x.shape) > 0.9).float()
    model, x, y = laid_out(layout, LinkNet(network == "dual"), x, y)
    told = {"parameters": count_parameters(model)}
    if part == "infer":
        return prediction(model, x, precision), told
    optimizer = torch.optim.SGD(
        model.parameters(), lr=RATE, momentum=MOMENTUM, fused=True
    )
    call = training_step(model, bce_minus_dice, optimizer, x, y, precision)
    return call, told


def compute(layout, network, given, made):
    """Writes the map in use, the map in training, the loss and every gradient.

    Args:
        layout: `"first"` or `"last"`.
        network: `"linknet"` or `"dual"`.
        given: file of images, truth, then the weights in the order of the modules.
        made: file to write.
    """
    model = LinkNet(network == "dual").double()
    with np.load(given) as file:
        x, y, *weights = [torch.from_numpy(file[name]) for name in file.files]
    fill(model.parameters(), weights)
    model, x, y = laid_out(layout, model, x, y)
    with torch.no_grad():
        used = model.eval()(x)
    maps = model.train()(x)
    loss = bce_minus_dice(y, maps)
    loss.backward()
    gradients = [parameter.grad for parameter in model.parameters()]
    results = (used, maps, loss, *gradients)
    save(made, results)


if __name__ == "__main__":
    run(prepare, compute, *sys.argv[1:])
