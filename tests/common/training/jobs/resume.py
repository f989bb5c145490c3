"""A tiny training that kills itself: run by test_resume.py in processes of its own.

`main(FOLDER, KILL)`, and KILL is `never`, `step:N`, `manifest:N`, `replace:N` or
`prune:N`. `step:N` kills after the N-th update of this process; the others within the
N-th save: before its manifest, before the rename, before old states are dropped.
"""

import os
import signal

import keras
import numpy as np
import tensorflow as tf

from common import files
from common.training import state
from common.training.loop import train
from common.training.plan import Plan
from common.training.repeatable import make_repeatable

EPOCHS, STEPS, BATCH = 4, 5, 4


def build():
    keras.utils.set_random_seed(7)
    make_repeatable()
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dropout(0.5),
            layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )


def stream(step):
    while True:
        random = np.random.default_rng(step)
        x = random.random((BATCH, 8, 8, 1), np.float32)
        yield tf.constant(x), tf.constant((x > 0.5).astype(np.float32))
        step += 1


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at_call(module, name, number):
    function, calls = getattr(module, name), []

    def wrapped(*arguments, **options):
        calls.append(name)
        if len(calls) == number:
            die()
        return function(*arguments, **options)

    setattr(module, name, wrapped)


def main(folder, kill):
    place, _, number = kill.partition(":")
    steps = []

    def on_progress(epoch, step, row):
        steps.append(step)
        if place == "step" and len(steps) == int(number):
            die()

    model = build()
    if place == "manifest":
        kill_at_call(state, "write_json", int(number))
    elif place == "prune":
        kill_at_call(state.shutil, "rmtree", int(number))
    elif place == "replace":
        save, saves = state.StateStore.save, []

        def counted(self, *arguments):
            saves.append(1)
            if len(saves) == int(number):
                files.os.replace = lambda *paths: die()
            save(self, *arguments)

        state.StateStore.save = counted
    train(
        model,
        keras.losses.BinaryCrossentropy(),
        keras.optimizers.Adam(1e-2),
        stream,
        lambda: {"val_dice": float(np.abs(model.weights[0].numpy()).sum())},
        Plan(EPOCHS, STEPS, key="resume", save_every=2, average_decay=0.5),
        folder,
        on_progress,
    )
