"""A training on the machines of `TF_CONFIG`, or here: run in a process each.

Usage: machines.py FOLDER PLACE CASE KILL, where PLACE is `machines`, `mirrored`,
`in_turn` or `one`; CASE a loss of `towers`, or `synchronized` or `local`; KILL is
`never` or the step of this process after which it kills itself.
"""

import os
import signal
import sys

import keras
import numpy as np
import tensorflow as tf

from common.training.loop import train
from common.training.plan import Plan
from common.training.repeatable import make_repeatable
from common.training.towers import mirrored, sequential, several_machines
from tests.common.training.jobs import towers

EPOCHS, STEPS = 2, 4


def stream(step):
    while True:
        yield towers.batch(step)
        step += 1


def main(folder, place, case, kill):
    make_repeatable()  # as the runner does
    normalization = case if case in ("synchronized", "local") else None
    if place == "machines":
        placement = several_machines()
    elif place == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * 3
        )
        placement = mirrored([f"CPU:{i}" for i in range(3)])
    else:
        placement = sequential(3 if place == "in_turn" else 1)
    keras.config.set_floatx("float64")
    with placement.scope():
        model = towers.build(normalization)
        optimizer = towers.make_optimizer()
    done = []

    def on_progress(epoch, step, row):
        done.append(step)
        if kill != "never" and len(done) == int(kill):
            os.kill(os.getpid(), signal.SIGKILL)

    train(
        model,
        towers.LOSSES["softmax" if normalization else case](),
        optimizer,
        stream,
        lambda: {"val_dice": float(np.abs(np.asarray(model.weights[0])).sum())},
        Plan(
            EPOCHS,
            STEPS,
            case,
            save_every=2,
            placement=placement,
            average_decay=0.9999,
        ),
        folder,
        on_progress,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
