"""Step time of towers, one replica to three: `python -m benchmarks.towers`.

All variants make the same step, on the same 24 slices. On a machine without GPUs the
replicas are logical devices of one CPU: that shows what towers cost beside one device
at equal work, and that they make the same weights, not how they scale. With GPUs, the
four networks run at full size on as many as there are.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import machine
from common.files import write_text
from papers.console import Console
from papers.quiet import import_tensorflow

RESULTS = Path(__file__).parent / "results" / "towers.csv"
BATCH, TOWERS, ROUNDS = 24, 3, 5
NETWORKS = ("fcn8s_vgg16", "unet", "resnet50_skip", "residual_unet")


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    options = _arguments(arguments)
    import_tensorflow()
    import keras

    kind, count = devices()
    size = options.size or (240 if kind == "GPU" else 64)
    filters = options.base_filters or (64 if kind == "GPU" else 16)
    networks = NETWORKS if kind == "GPU" else ("residual_unet",)
    keras.utils.set_random_seed(0)
    load, rows = round(os.getloadavg()[0], 2), []
    for network in networks:
        steps = variants(network, size, filters, kind, count, options.xla)
        rows += measure(steps, size, options.steps)
        for row in rows[-len(steps) :]:
            row |= {"network": network, "size": size, "base_filters": filters}
    table = pd.DataFrame(rows)
    described = machine.describe() | {"threads": machine.threads(), "load_before": load}
    console = Console()
    shown = ["network", "variant", "ms", "images_per_s", "ratio_to_one_device"]
    console.table(shown, table[shown].to_numpy().tolist(), described["machine"])
    write_text(options.results, table.assign(**described).to_csv(index=False))
    console.say(f"rows: {options.results}")


def _arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, help="sides of a slice in pixels")
    parser.add_argument("--base-filters", type=int)
    parser.add_argument("--steps", type=int, default=3, help="timed steps a round")
    parser.add_argument("--xla", action="store_true", help="sequential step by XLA too")
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


def devices():
    """Returns `("GPU", n)`, or `("CPU", 3)` after dividing the CPU into three."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        return "GPU", len(gpus)
    cpu = tf.config.list_physical_devices("CPU")[0]
    three = [tf.config.LogicalDeviceConfiguration()] * TOWERS
    tf.config.set_logical_device_configuration(cpu, three)
    return "CPU", TOWERS


def variants(network, size, filters, kind, count, xla):
    """Returns a step by name: a function without arguments, and its weights.

    The first is one device that takes the whole batch. Each has its own network,
    from the same weights, and the same batch.
    """
    from common.training.towers import mirrored, sequential

    def on(n):
        return mirrored([f"{kind}:{i}" for i in range(n)])

    makes = {"one device, batch of 24": (None, False)}
    makes["3 towers in turn on one device"] = (sequential(TOWERS), False)
    if xla:
        makes["3 towers in turn, XLA"] = (sequential(TOWERS), True)
    for n in range(1, min(count, TOWERS) + 1):
        word = "replica" if n == 1 else "replicas"
        makes[f"{n} {word}, {BATCH // n} slices each"] = (on(n), False)
    weights, steps = None, {}
    for name, (towers, compiled) in makes.items():
        steps[name], weights = _step(network, size, filters, towers, compiled, weights)
    return steps


def _step(network, size, filters, towers, compiled, weights):
    import contextlib

    import keras
    import tensorflow as tf

    from common.losses.cross_entropy import LabelCrossEntropy
    from common.training.loop import make_step
    from papers.hierdice import networks

    with towers.scope() if towers else contextlib.nullcontext():
        model = getattr(networks, network)((size, size, 4), base_filters=filters)
        optimizer = keras.optimizers.Adam(5e-5, epsilon=1e-8)
        optimizer.build(model.trainable_variables)
    if weights is not None:
        model.set_weights(weights)
    weights = model.get_weights()
    loss = LabelCrossEntropy()
    if towers:
        update = towers.make_step(model, loss, optimizer, compiled)
    else:
        update = make_step(model, loss, optimizer)
    random = np.random.default_rng(0)
    x = tf.constant(random.normal(size=(BATCH, size, size, 4)).astype(np.float32))
    y = tf.constant(random.integers(0, 5, (BATCH, size, size, 1)).astype(np.float32))
    return lambda: float(update(x, y)), weights


def measure(steps, size, count):
    """Returns a row a variant; a round visits each in turn.

    Args:
        steps: functions by name, the first of which is the standard.
        size: sides of a slice in pixels.
        count: timed steps a round.
    """
    first = {name: _seconds(step)[0] for name, step in steps.items()}
    losses, rounds = {name: step() for name, step in steps.items()}, []
    for _ in range(ROUNDS):
        rounds.append(
            {
                name: statistics.median(_seconds(step)[0] for _ in range(count))
                for name, step in steps.items()
            }
        )
    standard = next(iter(steps))
    return [
        {
            "variant": name,
            "ms": round(1e3 * statistics.median(r[name] for r in rounds), 1),
            "images_per_s": round(
                BATCH / statistics.median(r[name] for r in rounds), 2
            ),
            "ratio_to_one_device": round(
                statistics.median(r[name] / r[standard] for r in rounds), 3
            ),
            "first_step_s": round(first[name], 2),
            "second_loss": losses[name],
            "rounds": ROUNDS,
        }
        for name in steps
    ]


def _seconds(step):
    started = time.perf_counter()
    value = step()
    return time.perf_counter() - started, value


if __name__ == "__main__":
    main()
