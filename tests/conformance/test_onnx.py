"""Exports to ONNX are read by ONNX Runtime and compute the same."""

import subprocess
import sys

import pytest

from tests.conformance.onnx_job import MODELS
from tests.conformance.test_backends import PYTHON
from tests.disks import ROOT

PACKAGES = sorted(PYTHON.parents[1].glob("lib/python*/site-packages"))

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="no ONNX Runtime here: make test-backends"
)


LAYERS = [name for name in MODELS if name != "network"]


@pytest.mark.parametrize(
    "name", [*LAYERS, pytest.param("network", marks=pytest.mark.slow)]
)
def test_onnx_runtime_computes_the_same(name, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.conformance.onnx_job",
            PACKAGES[0],
            tmp_path,
            name,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [name]
