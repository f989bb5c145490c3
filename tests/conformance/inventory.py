"""The golden inventory of a network: its weights by path, shape and trainability."""

import json
import math
from pathlib import Path

GOLDENS = Path(__file__).with_name("goldens")


def inventory(model):
    """Lists a model's weights in order, and counts them."""
    trainable = {id(weight) for weight in model.trainable_weights}
    weights = [
        [weight.path, list(weight.shape), id(weight) in trainable]
        for weight in model.weights
    ]
    return {
        "input_shape": list(model.input_shape),
        "total": sum(math.prod(shape) for _, shape, _ in weights),
        "trainable": sum(math.prod(shape) for _, shape, kind in weights if kind),
        "weights": weights,
    }


def path(name):
    """Returns the path of a network's golden inventory."""
    return GOLDENS / f"{name}.json"


def to_text(content):
    """Formats an inventory as JSON with one weight per line."""
    rows = ",\n".join(f"  {json.dumps(row)}" for row in content["weights"])
    head = ",\n".join(
        f" {json.dumps(key)}: {json.dumps(value)}"
        for key, value in content.items()
        if key != "weights"
    )
    return f'{{\n{head},\n "weights": [\n{rows}\n ]\n}}\n'
