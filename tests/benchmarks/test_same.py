"""PyTorch's networks compute the same as the suite's, where PyTorch is installed."""

import subprocess
import sys

import pytest

from benchmarks.shared.peers import TORCH
from benchmarks.shared.sameness import FORMATS
from tests.disks import ROOT

NETWORKS = {
    "anisocascade": ("wnet", "tnet", "enet"),
    "linkdsl": ("linknet", "dual"),
    "hierdice": ("fcn8s_vgg16", "unet", "resnet50_skip", "residual_unet"),
}


@pytest.mark.slow
@pytest.mark.skipif(
    not (ROOT / TORCH).exists(), reason="PyTorch: `make bench-linkdsl` installs it"
)
@pytest.mark.parametrize("subject", NETWORKS)
def test_networks_are_the_same(subject):
    program = [sys.executable, "-m", f"benchmarks.{subject}.same", *NETWORKS[subject]]
    done = subprocess.run(
        program, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for network in NETWORKS[subject]:
        for layout in FORMATS:
            assert f"{network}, torch {layout}: the same but for" in done.stdout
