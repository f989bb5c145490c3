"""One PyTorch peer: `python -m benchmarks.dsunet.torch_peer LAYOUT NETWORK SIDE`.

Both networks and their training step are written plainly, as one would write them in
PyTorch, to measure the suite against. The program runs in an environment of its own
where nothing of this suite is installed. The layouts are `first` (PyTorch's default)
and `last` (channels last). With two files in place of SIDE it computes once what
`benchmarks.dsunet.same` compares.
"""

import sys

import numpy as np
import torch
from torch import nn

from benchmarks.shared.peers import serve

FILTERS = (16, 32, 64, 128, 256)
RATES = {"isensee2017": (1, 1, 1, 1, 1), "separable_unet": (1, 2, 3, 4, 5)}
LABELS, MAPS = 3, 3


def norm(channels):
    return [
        nn.InstanceNorm3d(channels, eps=1e-3, affine=True),
        nn.LeakyReLU(1e-2, inplace=True),
    ]


def conv(channels, filters, kernel=3, stride=1, rate=1):
    padding = rate * (kernel // 2)
    convolution = nn.Conv3d(channels, filters, kernel, stride, padding, rate)
    return nn.Sequential(convolution, *norm(filters))


def separable(filters, rate):
    depthwise = nn.Conv3d(
        filters, filters, 3, padding=rate, dilation=rate, groups=filters
    )
    return nn.Sequential(depthwise, nn.Conv3d(filters, filters, 1), *norm(filters))


class Context(nn.Module):
    def __init__(self, network, channels, filters, stride, rate):
        super().__init__()
        self.down = conv(channels, filters, stride=stride)

        def block():
            if network == "separable_unet":
                return separable(filters, rate)
            return conv(filters, filters, rate=rate)

        self.path = nn.Sequential(block(), nn.Dropout3d(0.3), block())

    def forward(self, x):
        x = self.down(x)
        return x + self.path(x)


class Localization(nn.Module):
    def __init__(self, filters, rate):
        super().__init__()
        self.up = nn.Sequential(nn.Upsample(scale_factor=2), conv(2 * filters, filters))
        self.join = nn.Sequential(
            conv(2 * filters, filters, rate=rate), conv(filters, filters, kernel=1)
        )

    def forward(self, x, skip):
        return self.join(torch.cat([skip, self.up(x)], dim=1))


class Network(nn.Module):
    def __init__(self, network):
        super().__init__()
        channels, rates = (4, *FILTERS), RATES[network]
        self.contexts = nn.ModuleList(
            Context(network, *channels[i : i + 2], 2 if i else 1, rates[i])
            for i in range(len(FILTERS))
        )
        below = range(len(FILTERS) - 1)
        self.localizations = nn.ModuleList(
            Localization(FILTERS[i], rates[i]) for i in below
        )
        self.maps = nn.ModuleList(nn.Conv3d(FILTERS[i], LABELS, 1) for i in range(MAPS))
        self.repeat = nn.Upsample(scale_factor=2)

    def forward(self, x):
        skips, total = [], None
        for context in self.contexts:
            x = context(x)
            skips.append(x)
        for i in reversed(range(len(self.localizations))):
            x = self.localizations[i](x, skips[i])
            if i < MAPS:
                found = self.maps[i](x)
                total = found if total is None else self.repeat(total) + found
        return torch.sigmoid(total)


def dice_loss(truth, probability, smooth=1e-5):
    axes = (2, 3, 4)
    overlap = (truth * probability).sum(axes)
    total = truth.sum(axes) + probability.square().sum(axes)
    return 1 - ((2 * overlap + smooth) / (total + smooth)).mean()


def compute(network, given, made, layout):
    """Writes the maps, the loss and the gradient of each weight.

    Args:
        network: name of the network.
        given: file of image, truth and weights, in the order of the modules.
        made: file to write.
        layout: `"first"` or `"last"`.
    """
    model = Network(network).double().eval()
    with np.load(given) as file:
        x, y, *weights = [torch.from_numpy(file[name]) for name in file.files]
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            if parameter.shape != weight.shape:
                raise ValueError(
                    f"Expected {parameter.shape}. Received: {weight.shape}"
                )
            parameter.copy_(weight)
    for module in model.modules():
        if isinstance(module, nn.InstanceNorm3d):
            module.eps = 1e-20
    model, x, y = laid_out(layout, model, x, y)
    maps = model(x)
    loss = dice_loss(y, maps)
    loss.backward()
    gradients = [parameter.grad for parameter in model.parameters()]
    np.savez(made, *(result.detach().numpy() for result in (maps, loss, *gradients)))


def laid_out(layout, *things):
    if layout == "last":
        return [thing.to(memory_format=torch.channels_last_3d) for thing in things]
    return things


def measure(network, side, layout):
    """Runs training steps whenever the parent asks for one."""
    torch.manual_seed(0)
    sides = [int(side)] * 3
    x = torch.randn(1, 4, *sides)
    y = (torch.rand(1, LABELS, *sides) < 0.1).float()
    model, x, y = laid_out(layout, Network(network), x, y)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-4, fused=True)

    def call():
        optimizer.zero_grad()
        loss = dice_loss(y, model(x))
        loss.backward()
        optimizer.step()
        return loss.item()

    parameters = sum(weight.numel() for weight in model.parameters())
    serve(
        call,
        parameters=parameters,
        threads=torch.get_num_threads(),
        version=torch.__version__,
    )


def main(layout, network, *what):
    if len(what) == 1:
        measure(network, *what, layout)
    else:
        compute(network, *what, layout)


if __name__ == "__main__":
    main(*sys.argv[1:])
