"""CU-Net with sampling, killed between two epochs, ends with the same bits."""

import contextlib

import numpy as np
import pandas as pd
import pytest

from data.phantom.brats.write import write_phantom
from papers.__main__ import main
from tests.killed import arrays, kill_within_training

# The weight of the auxiliary losses and the learning rate step after every epoch.
OPTIONS = ["train", "cunet", "--data", "brats", "--profile", "demo"]
OPTIONS += ["--methods", "cun_lws", "--epochs", "3"]
for change in (
    *("network.cu_net_filters=1", "network.head_channels=1", "slices.policy=all"),
    *("loss.omega=1.0", "loss.omega_every=1", "training.every=1"),
):
    OPTIONS += ["--set", change]


def train(folder):
    with contextlib.chdir(folder), pytest.raises(SystemExit) as stopped:
        main(OPTIONS)
    assert not stopped.value.code
    (finished,) = folder.glob("runs/**/finished.json")
    return finished.parent


@pytest.mark.slow
def test_killed_run_goes_on_with_the_same_weights_of_the_losses(tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    for folder in (straight, killed):
        write_phantom(folder / "brats", "brats17", hgg=4, lgg=0, shape=(16, 48, 48))
    kill_within_training(killed, OPTIONS)
    assert not list(killed.glob("runs/**/finished.json"))

    first, second = train(straight), train(killed)
    for name in ("last.weights.h5", "best.weights.h5"):
        expected, received = arrays(first / name), arrays(second / name)
        assert expected.keys() == received.keys() and len(expected) > 100
        for key in expected:
            np.testing.assert_array_equal(received[key], expected[key], err_msg=key)
    histories = [pd.read_csv(folder / "history.csv") for folder in (first, second)]
    columns = ["epoch", "loss", "val_loss", "learning_rate"]
    pd.testing.assert_frame_equal(*(h[columns] for h in histories), check_exact=True)
    assert len(histories[0]) == 3
