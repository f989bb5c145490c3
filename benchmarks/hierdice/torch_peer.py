"""The four networks in PyTorch.

Run `python -m benchmarks.hierdice.torch_peer LAYOUT`.

They are written plainly, as one would write them in PyTorch, to measure the suite
against. The program runs in an environment of its own where nothing of this suite is
installed. The layouts are `first` (PyTorch's default) and `last` (channels last). With
a network and two files it computes once what `benchmarks.hierdice.same` compares.
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
    weights_and_statistics,
    widened,
)

MODALITIES, LABELS, BASE = 4, 5, 64
RATE, EPSILON, THRESHOLD = 5e-5, 1e-8, 0.9
# Number of convolutions of each group and its width in units of the base width.
VGG16 = ((2, 1), (2, 2), (3, 4), (3, 8), (3, 8))
# Number of units of each stage, width of their 3x3 convolution, and first stride.
RESNET50 = ((3, 1, 1), (4, 2, 2), (6, 4, 2), (3, 8, 2))


def conv_relu(channels, filters):
    return [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(inplace=True)]


class VGG(nn.ModuleList):
    def __init__(self, base):
        super().__init__()
        channels = MODALITIES
        for count, width in VGG16:
            group = []
            for _ in range(count):
                group += conv_relu(channels, width * base)
                channels = width * base
            self.append(nn.Sequential(*group, nn.MaxPool2d(2, ceil_mode=True)))
        self.widths = [width * base for _, width in VGG16[2:]]

    def forward(self, x):
        pooled = []
        for group in self:
            x = group(x)
            pooled.append(x)
        return pooled[2:]


def conv_bn(channels, filters, kernel, stride=1, padding=0, bias=True, eps=1.001e-5):
    return [
        nn.Conv2d(channels, filters, kernel, stride, padding, bias=bias),
        nn.BatchNorm2d(filters, eps=eps),
    ]


class Bottleneck(nn.Module):
    def __init__(self, channels, filters, stride, project):
        super().__init__()
        self.shortcut = nn.Sequential(
            *(conv_bn(channels, 4 * filters, 1, stride) if project else [])
        )
        self.path = nn.Sequential(
            *conv_bn(channels, filters, 1, stride),
            nn.ReLU(inplace=True),
            *conv_bn(filters, filters, 3, padding=1),
            nn.ReLU(inplace=True),
            *conv_bn(filters, 4 * filters, 1),
        )

    def forward(self, x):
        return functional.relu(self.shortcut(x) + self.path(x), inplace=True)


class ResNet(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.start = nn.Sequential(
            *conv_bn(MODALITIES, base, 7, 2, padding=3),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, padding=1),
        )
        channels, self.stages = base, nn.ModuleList()
        for count, width, stride in RESNET50:
            units = []
            for i in range(count):
                first = i == 0
                units.append(
                    Bottleneck(channels, width * base, stride if first else 1, first)
                )
                channels = 4 * width * base
            self.stages.append(nn.Sequential(*units))
        self.widths = [4 * width * base for _, width, _ in RESNET50[1:]]

    def forward(self, x):
        x, found = self.start(x), []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found[1:]


def upsampling(scale):
    return nn.ConvTranspose2d(
        LABELS, LABELS, 2 * scale, scale, padding=scale // 2, bias=False
    )


class Skips(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        self.scores = nn.ModuleList(nn.Conv2d(n, LABELS, 1) for n in encoder.widths)
        self.up16, self.up32 = upsampling(2), upsampling(4)
        self.up8 = upsampling(8)

    def forward(self, x):
        maps = self.encoder(x)
        of8, of16, of32 = (f(x) for f, x in zip(self.scores, maps, strict=True))
        height, width = of8.shape[2:]
        of16 = self.up16(2 * of16)[..., :height, :width]
        of32 = self.up32(4 * of32)[..., :height, :width]
        return self.up8(of8 + of16 + of32)


class Pair(nn.Sequential):
    def __init__(self, channels, filters):
        super().__init__(*conv_relu(channels, filters), *conv_relu(filters, filters))


class Residual(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        rule = {"bias": False, "eps": 1e-3}
        self.shortcut = nn.Sequential(*conv_bn(channels, filters, 1, **rule))
        self.path = nn.Sequential(
            *conv_bn(channels, filters, 3, padding=1, **rule),
            nn.ReLU(inplace=True),
            *conv_bn(filters, filters, 3, padding=1, **rule),
        )

    def forward(self, x):
        return functional.relu(self.path(x) + self.shortcut(x), inplace=True)


class UNet(nn.Module):
    def __init__(self, base, block, up_activation, levels=5):
        super().__init__()
        filters = [base * 2**level for level in range(levels)]
        pairs = zip([MODALITIES, *filters], filters, strict=False)
        self.down = nn.ModuleList(block(n, f) for n, f in pairs)
        self.up = nn.ModuleList(
            nn.Sequential(nn.ConvTranspose2d(2 * f, f, 2, stride=2), *up_activation)
            for f in filters[:-1]
        )
        self.merge = nn.ModuleList(block(2 * f, f) for f in filters[:-1])
        self.score = nn.Conv2d(base, LABELS, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for level in reversed(range(len(self.up))):
            x = torch.cat([skips[level], self.up[level](x)], dim=1)
            x = self.merge[level](x)
        return self.score(x)


NETWORKS = {
    "fcn8s_vgg16": lambda base: Skips(VGG(base)),
    "unet": lambda base: UNet(base, Pair, [nn.ReLU(inplace=True)]),
    "resnet50_skip": lambda base: Skips(ResNet(base)),
    "residual_unet": lambda base: UNet(base, Residual, []),
}


class Network(nn.Module):
    """One of the four, from slices to the labels' probabilities."""

    def __init__(self, name, base=BASE):
        super().__init__()
        self.scores = NETWORKS[name](base)

    def forward(self, x):
        return torch.softmax(widened(self.scores(x)), dim=1)


def bootstrapped(labels, probability):
    true = probability.gather(1, labels)
    kept = (true < THRESHOLD).to(true.dtype)
    surprisal = -true.clamp_min(1e-37).log()
    return (kept * surprisal).sum() / kept.sum().clamp_min(1)


def prepare(layout, network, part, side, batch, precision):
    """Returns a function that updates or predicts once, and the network's size."""
    torch.manual_seed(0)
    x = torch.randn(batch, MODALITIES, side, side)
    y = torch.randint(LABELS, (batch, 1, side, side))
    model, x = laid_out(layout, Network(network), x)
    told = {"parameters": count_parameters(model)}
    if part == "infer":
        return prediction(model, x, precision), told
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, eps=EPSILON, fused=True)
    return training_step(model, bootstrapped, optimizer, x, y, precision), told


def compute(layout, network, given, made):
    """Writes the scores in use, the map in training, the loss and every gradient.

    Args:
        layout: `"first"` or `"last"`.
        network: name of the network.
        given: file of the base width, slices, labels, then the weights, moving means
            and variances in the order of the modules.
        made: file to write.
    """
    with np.load(given) as file:
        base, x, y, *arrays = [torch.from_numpy(file[name]) for name in file.files]
    model = Network(network, int(base)).double()
    fill(weights_and_statistics(model), arrays)
    model, x = laid_out(layout, model, x)
    with torch.no_grad():
        used = model.eval().scores(x)
    maps = model.train()(x)
    loss = bootstrapped(y, maps)
    loss.backward()
    gradients = [parameter.grad for parameter in model.parameters()]
    results = (used, maps, loss, *gradients)
    save(made, results)


if __name__ == "__main__":
    run(prepare, compute, *sys.argv[1:])
