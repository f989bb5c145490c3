"""Every layer, loss and network on JAX and PyTorch, against TensorFlow.

They run in an environment of their own that has no TensorFlow; `make test-backends`
makes it. Without it the tests are skipped.
"""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.conformance.backend_job import loss_and_step, outputs
from tests.conformance.catalog import LOSSES, NETWORKS
from tests.disks import ROOT

PYTHON = ROOT / ".venv-backends" / "bin" / "python"
PAPERS = sorted({one.name.split("_")[0] for one in NETWORKS} - {"layer"})

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="no JAX and PyTorch here: make test-backends"
)
over_backends = pytest.mark.parametrize("backend", ["jax", "torch"])


def run_job(backend, folder, names):
    """Runs the job on a backend and returns what it has checked."""
    done = subprocess.run(
        [PYTHON, "-m", "tests.conformance.backend_job", folder, *names],
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, *checked = done.stdout.splitlines()
    assert first.endswith(f"on {backend}")
    return checked


def write_networks(built, folder, prefix):
    """Writes weights, input and outputs on TensorFlow; returns the networks' names."""
    chosen = [one for one in NETWORKS if one.name.startswith(f"{prefix}_")]
    for network in chosen:
        model, x = built(network)
        model.save_weights(folder / f"{network.name}.weights.h5")
        np.savez(folder / f"{network.name}.npz", x, *outputs(model, x))
    return [network.name for network in chosen]


@over_backends
def test_layers(backend, built, tmp_path):
    names = write_networks(built, tmp_path, "layer")
    assert run_job(backend, tmp_path, names) == names


@pytest.mark.slow
@over_backends
def test_geometries_of_depthwise_convolution(backend, tmp_path):
    names = ["depthwise_geometry"]
    assert run_job(backend, tmp_path, names) == names


@over_backends
def test_losses(backend, masks, tmp_path):
    for entry in LOSSES:
        values = loss_and_step(entry, *masks)
        np.savez(Path(tmp_path) / f"{entry.name}.npz", *masks, values)
    names = [entry.name for entry in LOSSES]
    assert run_job(backend, tmp_path, names) == names


@pytest.mark.slow
@over_backends
@pytest.mark.parametrize("paper", PAPERS)
def test_networks(backend, paper, built, tmp_path):
    names = write_networks(built, tmp_path, paper)
    assert run_job(backend, tmp_path, names) == names
