"""One PyTorch peer.

Run `python -m benchmarks.cunet.torch_peer LAYOUT PART NETWORK BATCH SIDE`.

U-Net and CU-Net are written plainly, as one would write them in PyTorch, to measure
the suite against. The program runs in an environment of its own where nothing of this
suite is installed. The layouts are `first` (PyTorch's default) and `last` (channels
last). The parts are `train`, `infer` and `compute`, which takes two files in place of
BATCH and SIDE and computes once what `benchmarks.cunet.same` compares.
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.shared.peers import serve
from benchmarks.shared.torch_calls import fill, save, weights_and_statistics

RATE, MOMENTUM, DECAY, OMEGA = 1e-3, 0.9, 5e-5, 0.1


def conv_bn(channels, filters, kernel=3):
    return [
        nn.Conv2d(channels, filters, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(filters),
    ]


class Pair(nn.Sequential):
    def __init__(self, channels, filters):
        super().__init__(
            *conv_bn(channels, filters),
            nn.ReLU(inplace=True),
            *conv_bn(filters, filters),
            nn.ReLU(inplace=True),
        )


class Residual(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.path = nn.Sequential(
            *conv_bn(channels, filters),
            nn.ReLU(inplace=True),
            *conv_bn(filters, filters),
        )
        same = channels == filters
        self.shortcut = nn.Sequential(*([] if same else conv_bn(channels, filters, 1)))

    def forward(self, x):
        return functional.relu(self.path(x) + self.shortcut(x), inplace=True)


class UNet(nn.Module):
    def __init__(self, channels, base, block, joined=False, levels=5):
        super().__init__()
        filters = [base * 2**level for level in range(levels)]
        # The features that join at a level have that level's width.
        above = [channels, *filters[:-1]]
        more = [0, *filters[1:]] if joined else [0] * levels
        self.down = nn.ModuleList(
            block(a + m, f) for a, m, f in zip(above, more, filters, strict=True)
        )
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(2 * f, f, 2, stride=2) for f in filters[:-1]
        )
        self.merge = nn.ModuleList(block(2 * f, f) for f in filters[:-1])

    def forward(self, x, joined=()):
        skips = []
        for level, block in enumerate(self.down):
            if level:
                x = functional.max_pool2d(x, 2)
                x = torch.cat([x, joined[level]], dim=1) if joined else x
            x = block(x)
            skips.append(x)
        features = [x]
        for level in reversed(range(len(self.up))):
            x = torch.cat([skips[level], self.up[level](x)], dim=1)
            x = self.merge[level](x)
            features.insert(0, x)
        return features


class PlainUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net, self.head = UNet(4, 64, Pair), nn.Conv2d(64, 4, 1)

    def forward(self, x):
        return self.head(self.net(x)[0])


class Heads(nn.Module):
    def __init__(self, classes, base=32):
        super().__init__()
        self.branch = nn.Conv2d(base, classes, 1)
        self.further = nn.ModuleList(
            nn.Sequential(
                nn.ConvTranspose2d(base * 2**level, 8, 2**level, stride=2**level),
                nn.Conv2d(8, classes, 1),
            )
            for level in range(1, 5)
        )

    def forward(self, features):
        maps = [self.branch(features[0])]
        if self.training:
            pairs = zip(self.further, features[1:], strict=True)
            maps += [head(x) for head, x in pairs]
        return maps


class CUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = UNet(4, 32, Residual)
        self.second = UNet(32, 32, Residual, joined=True)
        self.heads = nn.ModuleList([Heads(2), Heads(4)])

    def forward(self, x):
        first = self.first(x)
        second = self.second(first[0], first)
        return [h(f) for h, f in zip(self.heads, (first, second), strict=True)]


def sampled(labels, logits, weights):
    surprise = functional.cross_entropy(logits, labels, reduction="none")
    return (surprise * weights).sum() / weights.sum()


def cascade_loss(labels, maps, weights):
    total = 0.0
    for target, of_net, w in zip(
        ((labels > 0).long(), labels), maps, weights, strict=True
    ):
        values = [sampled(target, logits, w) for logits in of_net]
        total = total + values[0] + OMEGA * sum(values[1:])
    return total


def loss_of(maps, labels, weights):
    if isinstance(maps, torch.Tensor):
        return functional.cross_entropy(maps, labels)
    return cascade_loss(labels, maps, weights)


def sgd(model, rate=RATE):
    """Returns the optimizer, which decays kernels only, as the suite's does."""
    kernels = [w for w in model.parameters() if w.ndim > 1]
    others = [w for w in model.parameters() if w.ndim == 1]
    groups = [{"params": kernels, "weight_decay": DECAY}, {"params": others}]
    return torch.optim.SGD(groups, lr=rate, momentum=MOMENTUM)


def network_of(name):
    return PlainUNet() if name == "unet" else CUNet()


def laid_out(layout, *things):
    if layout == "last":
        return [thing.to(memory_format=torch.channels_last) for thing in things]
    return things


def compute(layout, network, given, made):
    """Writes the maps in inference and training, the loss and one update at rate 1.

    Args:
        layout: `"first"` or `"last"`.
        network: name of the network.
        given: file of images, labels, sample matrices, then the weights, moving means
            and variances in the order of the modules.
        made: file to write.
    """
    model = network_of(network).double()
    with np.load(given) as file:
        x, labels, weights, *arrays = (torch.from_numpy(file[k]) for k in file.files)
    fill(weights_and_statistics(model), arrays)
    model, x = laid_out(layout, model, x)
    optimizer = sgd(model, rate=1.0)
    with torch.no_grad():
        results = flat(model.eval()(x))
    maps = model.train()(x)
    loss = loss_of(maps, labels, weights)
    before = [weight.detach().clone() for weight in model.parameters()]
    loss.backward()
    optimizer.step()
    results += [*flat(maps), loss]
    pairs = zip(before, model.parameters(), strict=True)
    results += [old - new for old, new in pairs]
    save(made, results)


def flat(maps):
    """Returns the maps of one network or several as one list."""
    if isinstance(maps, torch.Tensor):
        return [maps]
    return [one for of_net in maps for one in of_net]


def measure(layout, part, network, batch, side):
    """Runs steps or predictions whenever the parent asks for one."""
    torch.manual_seed(0)
    x = torch.randn(batch, 4, side, side)
    labels = torch.randint(4, (batch, side, side))
    weights = torch.randint(3, (2, batch, side, side)).float()
    model, x = laid_out(layout, network_of(network), x)
    optimizer = sgd(model)

    def train():
        optimizer.zero_grad()
        loss = loss_of(model(x), labels, weights)
        loss.backward()
        optimizer.step()
        return loss.item()

    def infer():
        with torch.inference_mode():
            return model(x)

    model.train(part == "train")
    skipped = "further" if part == "infer" else None
    # Keras counts moving means and variances too.
    counted = [*model.named_parameters(), *model.named_buffers()]
    parameters = sum(
        tensor.numel()
        for name, tensor in counted
        if "num_batches" not in name and not (skipped and skipped in name)
    )
    serve(
        train if part == "train" else infer,
        parameters=parameters,
        version=torch.__version__,
    )


def main(layout, part, network, *what):
    if part == "compute":
        compute(layout, network, *what)
    else:
        measure(layout, part, network, *map(int, what))


if __name__ == "__main__":
    main(*sys.argv[1:])
