"""A training on a disk that is full: one error, and the process ends as usual."""

import pytest

from tests.disks import run_python, small_disk

TRAIN = """
import sys
import keras, numpy as np, tensorflow as tf
from common.errors import UserError
from common.training.loop import train
from common.training.plan import Plan
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


@pytest.mark.parametrize("size", ["4k", "24k", "48k", "128k", "200k"])
def test_one_error_and_no_crash(tmp_path, size):
    """The weights take 32 kB, a state 100 kB, the logs grow with each epoch."""
    with small_disk(tmp_path, size) as disk:
        done = run_python(TRAIN, disk)
        assert not [path for path in disk.rglob(".*.tmp*")]
    assert done.returncode == 2, done.stderr
    assert done.stdout.count("No space left on device") == 1
    assert "Traceback" not in done.stderr and "h5py" not in done.stderr
