"""One PyTorch peer: `python -m benchmarks.cunet_torch LAYOUT PART NETWORK BATCH SIDE`.

U-Net and CU-Net as one would write them plainly in PyTorch, to be measured against.
Runs in an environment of its own, with nothing of this suite installed. Layouts:
`first` (PyTorch's default) and `last` (channels last).
"""

import sys

import torch
from torch import nn
from torch.nn import functional

from benchmarks.aniso_turns import serve


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
        # What is joined at a level has that level's width.
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


def cascade_loss(labels, maps, weights, omega=0.1):
    total = 0.0
    for target, of_net, w in zip(
        ((labels > 0).long(), labels), maps, weights, strict=True
    ):
        values = [sampled(target, logits, w) for logits in of_net]
        total = total + values[0] + omega * sum(values[1:])
    return total


def main(layout, part, network, batch, side):
    torch.manual_seed(0)
    batch, side = int(batch), int(side)
    model = PlainUNet() if network == "unet" else CUNet()
    x = torch.randn(batch, 4, side, side)
    labels = torch.randint(4, (batch, side, side))
    weights = torch.randint(3, (2, batch, side, side)).float()
    if layout == "last":
        last = torch.channels_last
        model, x = model.to(memory_format=last), x.to(memory_format=last)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-5
    )

    def train():
        optimizer.zero_grad()
        maps = model(x)
        if network == "unet":
            loss = functional.cross_entropy(maps, labels)
        else:
            loss = cascade_loss(labels, maps, weights)
        loss.backward()
        optimizer.step()
        return loss.item()

    def infer():
        with torch.inference_mode():
            return model(x)

    model.train(part == "train")
    skipped = "further" if part == "infer" else None
    # Keras counts moving means and variances, too.
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


if __name__ == "__main__":
    main(*sys.argv[1:])
