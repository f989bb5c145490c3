"""A training step and a prediction as one would write them in PyTorch.

For the peers that run in PyTorch's environment, where nothing of this suite is
installed.
"""

from functools import partial

import numpy as np
import torch
from torch import nn

from benchmarks.shared.peers import serve_tasks

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def laid_out(layout, *things):
    """Returns networks and images in a format: `first` (the default) or `last`."""
    if layout == "last":
        return [thing.to(memory_format=torch.channels_last) for thing in things]
    return things


def training_step(model, loss, optimizer, x, y, precision):
    """Returns a function that updates the weights once and returns the loss.

    Args:
        model: the network.
        loss: function of truth and the network's result.
        optimizer: the optimizer of its weights.
        x: images.
        y: truth.
        precision: `"float32"`, or `"bfloat16"` by PyTorch's automatic casts.
    """
    half = precision == "bfloat16"
    x = x.bfloat16() if half else x
    model.train()

    def call():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            found = model(x)
        value = loss(y, found)
        value.backward()
        optimizer.step()
        return value.item()

    return call


def prediction(model, x, precision):
    """Returns a function that predicts once.

    With `"bfloat16"` the convolutions' weights are cast beforehand; normalizations
    keep theirs in float32, as in the suite.
    """
    model.eval()
    if precision == "bfloat16":
        x = x.bfloat16()
        for module in model.modules():
            if isinstance(module, CONVOLUTIONS):
                module.bfloat16()

    def call():
        with torch.inference_mode():
            return model(x)

    return call


def widened(x):
    """Returns half precision as float32: losses take the logarithm of what follows."""
    return x.float() if x.dtype == torch.bfloat16 else x


def count_parameters(model):
    """Returns the number of weights and of moving statistics, as Keras counts them."""
    counted = [*model.named_parameters(), *model.named_buffers()]
    return sum(one.numel() for name, one in counted if "num_batches" not in name)


def fill(tensors, arrays):
    """Copies arrays into weights, one by one; each has the weight's shape."""
    for own, array in zip(tensors, arrays, strict=True):
        if own.shape != array.shape:
            raise ValueError(f"Expected {own.shape}. Received: {array.shape}")
        own.data.copy_(array)


def weights_and_statistics(model):
    """Returns a network's weights, then its moving means and variances."""
    moving = [b for name, b in model.named_buffers() if "num_batches" not in name]
    return [*model.parameters(), *moving]


def save(made, results):
    """Writes tensors as the arrays of an `.npz` file, in their order."""
    np.savez(made, *(result.detach().numpy() for result in results))


def run(prepare, compute, layout, *what):
    """Computes once with a network and two files, or else serves the benchmark."""
    if what:
        compute(layout, *what)
    else:
        serve_tasks(partial(prepare, layout), version=torch.__version__)
