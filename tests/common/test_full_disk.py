"""A training on a disk that is full: one error, and the process ends as usual."""

import contextlib

import pytest

from tests.disks import small_disk
from tests.forked import run_forked

SIZES = ("4k", "24k", "48k", "128k", "200k")
IMPORTS = """
import keras, numpy as np, tensorflow as tf
from common.errors import UserError
from common.training.loop import train
from common.training.plan import Plan
"""
TRAIN = """
keras.utils.set_random_seed(1)
layers = [keras.layers.Input((2,)), keras.layers.Dense(2000), keras.layers.Dense(1)]
def stream(step):
    while True:
        yield tf.ones((4, 2)), tf.ones((4, 1))
try:
    train(
        keras.Sequential(layers), keras.losses.MeanSquaredError(),
        keras.optimizers.Adam(1e-3), stream, lambda: {"val_dice": 1.0},
        Plan(40, 1, key="key"), sys.argv[1],
    )
except UserError as error:
    print(error)
    sys.exit(2)
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """By the size of a disk, how a training on it ended and what it left half done."""
    with contextlib.ExitStack() as disks:
        folders = [
            disks.enter_context(small_disk(tmp_path_factory.mktemp("disk"), size))
            for size in SIZES
        ]
        ends = run_forked(IMPORTS, TRAIN, [[folder] for folder in folders])
        left = [list(folder.rglob(".*.tmp*")) for folder in folders]
        return dict(zip(SIZES, zip(ends, left, strict=True), strict=True))


@pytest.mark.parametrize("size", SIZES)
def test_one_error_and_no_crash(trained, size):
    """The weights take 32 kB, a state 100 kB, the logs grow with each epoch."""
    done, left = trained[size]
    assert not left
    assert done.returncode == 2, done.stderr
    assert done.stdout.count("No space left on device") == 1
    assert "Traceback" not in done.stderr and "h5py" not in done.stderr
