"""Runs that are killed during training, and what is left of them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parents[1]


def kill_within_training(folder, arguments, patience=400):
    """Starts `python -m papers` in a folder and kills it after its first state.

    Args:
        folder: where the command runs; must hold no run yet.
        arguments: the arguments of the command line.
        patience: how many seconds to wait for the first state.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "papers", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + patience
    while not list(folder.glob("runs/**/state/step-*/manifest.json")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def arrays(path):
    """Returns all arrays of an HDF5 file, by name."""
    found = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[...]

    with h5py.File(path, "r") as file:
        file.visititems(take)
    return found
