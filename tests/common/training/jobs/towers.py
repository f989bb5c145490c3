"""Small trainings on towers of every kind, in float64: run in a process.

Usage: towers.py FILE PART, which gets the weights of each training by name
`case/place/weight`. PART is `few` cases, or the `rest`. Three logical CPUs are the
devices.
"""

import sys

import keras
import numpy as np
import tensorflow as tf

from common.losses.bootstrapped_cross_entropy import BootstrappedCrossEntropy
from common.losses.cross_entropy import LabelCrossEntropy
from common.losses.region_dice import RegionDice
from common.losses.sensitivity_specificity import SensitivitySpecificity
from common.optimizers.adam import FusedAdam
from common.training.moving_average import MovingAverage
from common.training.towers import mirrored, sequential

TOWERS, BATCH, SIZE, CLASSES, STEPS = 3, 24, 5, 5, 3
NESTED = ((1, 2, 3, 4), (1, 3, 4), (4,))
RATE, DROP, EVERY = 2**-8, 0.5, 2  # exact in float32, as Keras has rates
BETAS, EPSILON, DECAY = (0.9, 0.999), 1e-8, 0.9999


class ScalarDice(RegionDice):
    """A loss without a batch axis, which Keras does not divide by the replicas."""

    def call(self, y_true, y_pred):
        return super().call(y_true, y_pred)[0]


LOSSES = {
    "softmax": LabelCrossEntropy,
    "weighted": lambda: LabelCrossEntropy((0.1, 0.35, 0.1, 0.1, 0.35)),
    "bootstrapping": lambda: BootstrappedCrossEntropy(0.25),
    "sensitivity_specificity": lambda: SensitivitySpecificity(NESTED),
    "dice": lambda: RegionDice(((1,), (2,), (3,), (4,))),
    "hierarchical_dice": lambda: RegionDice(NESTED),
    "scalar": lambda: ScalarDice(NESTED),
    "keras": keras.losses.SparseCategoricalCrossentropy,
}

MEANS = ("softmax", "weighted", "keras")
NO_MEANS = ("bootstrapping", "hierarchical_dice")

# A loss that is a mean over slices, one that is none, and local normalization.
FEW = ("softmax", "hierarchical_dice", "local")


def build(normalization=None, dropout=0.0):
    """A network with a decoder, from weights that no strategy has a say in."""
    layers = keras.layers
    inputs = x = layers.Input((SIZE, SIZE, 4))
    x = layers.Conv2D(4, 3, padding="same", use_bias=not normalization)(x)
    if normalization:
        sync = normalization == "synchronized"
        x = layers.BatchNormalization(momentum=0.9, synchronized=sync)(x)
    x = layers.ReLU()(x)
    x = layers.Dropout(dropout, seed=1)(x) if dropout else x
    x = layers.Conv2DTranspose(CLASSES, 2, padding="same")(x)
    model = keras.Model(inputs, layers.Softmax()(x))
    random = np.random.default_rng(0)
    for weight in model.trainable_variables:
        weight.assign(random.normal(0, 0.4, weight.shape))
    return model


def batch(step):
    """Images and labels; the slices of a batch are of different difficulty."""
    random = np.random.default_rng(step)
    y = random.integers(0, CLASSES, (BATCH, SIZE, SIZE, 1))
    y[: BATCH // 3][y[: BATCH // 3] == 4] = 0  # towers without a label
    x = random.normal(0, 1, (BATCH, SIZE, SIZE, 4)) * np.linspace(
        0.5, 2, BATCH
    ).reshape(-1, 1, 1, 1)
    return tf.constant(x), tf.constant(y.astype(np.float64))


def make_optimizer():
    schedule = keras.optimizers.schedules.ExponentialDecay(
        RATE, EVERY, DROP, staircase=True
    )
    return FusedAdam(schedule, *BETAS, epsilon=EPSILON)


def train(towers, make_loss, **options):
    """Trains on towers; returns weights, averages and losses."""
    with towers.scope():
        model = build(**options)
        optimizer = make_optimizer()
        optimizer.build(model.trainable_variables)
        average = MovingAverage(model.trainable_variables, DECAY)
    update = towers.make_step(model, make_loss(), optimizer, average=average)
    losses = [float(update(*batch(step))) for step in range(STEPS)]
    return {
        **arrays("trained", model.trainable_variables),
        **arrays("moving", model.non_trainable_variables),
        **arrays("average", average.variables),
        "losses": np.array(losses),
    }


def arrays(name, variables):
    return {f"{name}{i:02d}": np.asarray(v) for i, v in enumerate(variables)}


def by_hand(make_loss, **options):
    """The same without a strategy, a Keras optimizer or a compiled step."""
    model, loss = build(**options), make_loss()
    weights = [np.array(w) for w in model.trainable_variables]
    averages = [np.array(w) for w in weights]
    m, v = ([np.zeros_like(w) for w in weights] for _ in range(2))
    part, losses = BATCH // TOWERS, []
    for step in range(STEPS):
        x, y = batch(step)
        total, sums = 0.0, [np.zeros_like(w) for w in weights]
        for tower in range(TOWERS):
            own = slice(tower * part, (tower + 1) * part)
            with tf.device(f"CPU:{tower}"), tf.GradientTape() as tape:
                probability = model(x[own], training=True)
                value = tf.reduce_mean(loss.call(y[own], probability))
            gradients = tape.gradient(value, model.trainable_variables)
            total += float(value)
            sums = [s + g.numpy() for s, g in zip(sums, gradients, strict=True)]
        losses.append(total / TOWERS)
        t, rate = step + 1, RATE * DROP ** (step // EVERY)
        decay = min(DECAY, (1 + t) / (10 + t))
        for i, gradient in enumerate(s / TOWERS for s in sums):
            m[i] = BETAS[0] * m[i] + (1 - BETAS[0]) * gradient
            v[i] = BETAS[1] * v[i] + (1 - BETAS[1]) * gradient**2
            powers = [beta**t for beta in BETAS]
            scale = rate * np.sqrt(1 - powers[1]) / (1 - powers[0])
            weights[i] = weights[i] - scale * m[i] / (np.sqrt(v[i]) + EPSILON)
            averages[i] = decay * averages[i] + (1 - decay) * weights[i]
            model.trainable_variables[i].assign(weights[i])
    return {
        **arrays("trained", weights),
        **arrays("average", averages),
        "losses": np.array(losses),
    }


def main(file, part):
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * TOWERS
    )
    keras.config.set_floatx("float64")
    devices = [f"CPU:{i}" for i in range(TOWERS)]
    places = {
        "mirrored": lambda: mirrored(devices),
        "sequential": lambda: sequential(TOWERS),
        "single": lambda: sequential(1),
    }
    found = {}

    for case, (loss, names, options) in CASES.items():
        if (case in FEW) != (part == "few"):
            continue
        for name in names:
            if name == "hand":
                values = by_hand(LOSSES[loss], **options)
            else:
                values = train(places[name](), LOSSES[loss], **options)
            found |= {f"{case}/{name}/{key}": v for key, v in values.items()}
    np.savez(file, **found)


# By case: the loss, the places and the network's options.
CASES = {
    name: (
        name,
        ("hand", "mirrored", "sequential")
        + (("single",) if name in MEANS + NO_MEANS else ()),
        {},
    )
    for name in LOSSES
} | {
    "local": (
        "hierarchical_dice",
        ("hand", "mirrored", "sequential"),
        {"normalization": "local"},
    ),
    "dropout": ("softmax", ("mirrored", "sequential"), {"dropout": 0.5}),
    "synchronized": (
        "softmax",
        ("mirrored", "single"),
        {"normalization": "synchronized"},
    ),
}


if __name__ == "__main__":
    main(*sys.argv[1:])
