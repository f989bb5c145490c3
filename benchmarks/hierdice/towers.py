"""Step time of towers, one replica to three: `python -m benchmarks.hierdice.towers`.

All variants take the same 24 slices. Towers that take turns make the same step as the
same number of replicas, and one replica makes the same step as one device; the run
asserts this after its first two steps from the same weights. Three towers of 8 and one
batch of 24 do not make the same step, because each tower normalizes its own slices.

On a machine without GPUs the replicas are logical devices of one CPU. That shows what
towers cost compared with one device at equal work, not how they scale. On a machine
with GPUs the four networks run at full size on all of them. Rows are written after
each network; without GPUs that takes some minutes on 2 cores.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np

from benchmarks.shared import machine
from benchmarks.shared.options import count as at_least_1
from benchmarks.shared.record import Record
from papers.engine.console import Console
from papers.engine.quiet import import_tensorflow

RESULTS = Path(__file__).parents[1] / "results" / "towers.csv"
BATCH, TOWERS, ROUNDS = 24, 3, 5
NETWORKS = ("fcn8s_vgg16", "unet", "resnet50_skip", "residual_unet")
ONE_DEVICE = f"one device, batch of {BATCH}"
IN_TURN = f"{TOWERS} towers in turn on one device"
# Two steps of Adam at 5e-5 move a weight by up to 1e-4, in either direction where its
# gradient is a rounding of 0; of all weights, few are so. Another step moves most by
# as much as it is long.
LEARNING_RATE, TOLERANCE = 5e-5, 1e-6


def replicas(count):
    """Returns the name of the variant with `count` replicas."""
    word = "replica" if count == 1 else "replicas"
    return f"{count} {word}, {BATCH // count} slices each"


# Variants that make the same step as another.
SAME = {replicas(1): ONE_DEVICE, replicas(TOWERS): IN_TURN}


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    options = _arguments(arguments)
    import_tensorflow()
    import keras

    from common.training.repeatable import make_repeatable

    kind, count = devices()
    # As in a training, and so that sums are computed in one order.
    make_repeatable()
    size = options.size or (240 if kind == "GPU" else 64)
    filters = options.base_filters or (64 if kind == "GPU" else 16)
    networks = NETWORKS if kind == "GPU" else ("residual_unet",)
    keras.utils.set_random_seed(0)
    console, cell = Console(), ("network", "size", "base_filters")
    threads = machine.threads()
    record = Record(options.results, cell, ("variant",), console, threads=threads)
    done = []
    for network in networks:
        made = variants(network, size, filters, kind, count, options.xla)
        own = {"network": network, "size": size, "base_filters": filters}
        for rows in measure(made, options.steps):
            console.say(f"{network}: round {rows[0]['rounds']} of {ROUNDS}")
        done += [row | own for row in rows]
        record.add([row | own for row in rows])
    shown = ["network", "variant", "ms", "first_step_s", "images_per_s"]
    shown += ["ratio_to_one_device"]
    shown += ["same_step_as", "mean_weight_difference"]
    words = [["" if row[n] is None else row[n] for n in shown] for row in done]
    console.table(shown, words, record.made_on["machine"])
    console.say(f"rows: {options.results}")


def _arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, help="sides of a slice in pixels")
    parser.add_argument("--base-filters", type=int)
    parser.add_argument(
        "--steps", type=at_least_1, default=2, help="timed steps per round"
    )
    parser.add_argument(
        "--xla",
        action="store_true",
        help="also time the sequential step compiled by XLA",
    )
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


class Variant:
    """One way to make a step.

    Args:
        step: function without arguments that updates the weights and returns the
            loss.
        model: the network that `step` updates.
    """

    def __init__(self, step, model):
        self.step = step
        self.model = model

    def weights(self):
        """Returns the trainable weights as arrays."""
        return [np.asarray(variable) for variable in self.model.trainable_variables]


def variants(network, size, filters, kind, count, xla):
    """Returns the `Variant`s by name; the others are compared with the first.

    Each has its own network with the same initial weights, and the same batch.
    """
    from common.training.one_device import OneDevice
    from common.training.towers import mirrored, sequential

    makes = {ONE_DEVICE: (OneDevice(), False), IN_TURN: (sequential(TOWERS), False)}
    if xla:
        makes[f"{IN_TURN}, XLA"] = (sequential(TOWERS), True)
    for n in range(1, min(count, TOWERS) + 1):
        makes[replicas(n)] = (mirrored([f"{kind}:{i}" for i in range(n)]), False)
    weights, made = None, {}
    for name, (placement, compiled) in makes.items():
        made[name] = _variant(network, size, filters, placement, compiled)
        if weights is not None:
            made[name].model.set_weights(weights)
        weights = made[name].model.get_weights()
    return made


def _variant(network, size, filters, placement, compiled):
    import tensorflow as tf

    from common.losses.cross_entropy import LabelCrossEntropy
    from common.optimizers.adam import FusedAdam
    from papers.hierdice import networks

    with placement.scope():
        model = getattr(networks, network)((size, size, 4), base_filters=filters)
        optimizer = FusedAdam(LEARNING_RATE, epsilon=1e-8)
        optimizer.build(model.trainable_variables)
    loss = LabelCrossEntropy()
    update = placement.make_step(model, loss, optimizer, compiled)
    random = np.random.default_rng(0)
    x = tf.constant(random.normal(size=(BATCH, size, size, 4)).astype(np.float32))
    y = tf.constant(random.integers(0, 5, (BATCH, size, size, 1)).astype(np.float32))
    return Variant(lambda: float(update(x, y)), model)


def measure(made, count):
    """Yields the rows after each round, one per variant; a round visits each in turn.

    Args:
        made: `Variant`s by name; the others are compared with the first.
        count: timed steps per round.

    Raises:
        RuntimeError: variants that make the same step have different weights after
            two of them.
    """
    first = {name: _seconds(one.step)[0] for name, one in made.items()}
    losses = {name: one.step() for name, one in made.items()}
    differences = compared({name: one.weights() for name, one in made.items()})
    standard, rounds = next(iter(made)), []
    for _ in range(ROUNDS):
        rounds.append(
            {
                name: statistics.median(_seconds(one.step)[0] for _ in range(count))
                for name, one in made.items()
            }
        )
        yield [
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
                "same_step_as": SAME.get(name, ""),
                "mean_weight_difference": differences.get(name),
                "tolerance": TOLERANCE if name in differences else None,
                "rounds": len(rounds),
            }
            for name in made
        ]


def compared(weights):
    """Returns the mean difference of a weight for each pair in `SAME`.

    Args:
        weights: lists of arrays by variant, after equal steps.

    Returns:
        A dict by the pair's first variant.

    Raises:
        RuntimeError: a difference is above `TOLERANCE`, or not finite.
    """
    found = {}
    for name, other in SAME.items():
        if name not in weights:
            continue  # fewer GPUs
        pairs = zip(weights[name], weights[other], strict=True)
        apart = np.concatenate([np.abs(one - two).ravel() for one, two in pairs])
        found[name] = float(apart.mean())  # NaN wherever a difference is
        if not found[name] <= TOLERANCE:
            raise RuntimeError(
                f"Expected the weights of {other!r} after two steps of {name!r}, to "
                f"{TOLERANCE} in the mean. Received: a difference of {found[name]}"
            )
    return found


def _seconds(step):
    started = time.perf_counter()
    value = step()
    return time.perf_counter() - started, value


if __name__ == "__main__":
    main()
