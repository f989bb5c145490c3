"""Each backend trains and predicts in its process, with the same numbers."""

import pytest

from benchmarks.backends.bench import AGREE, NETWORKS, check, start
from benchmarks.shared.side_by_side import Cell
from tests.disks import ROOT

PYTHON = ROOT / ".venv-backends" / "bin" / "python"

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="no JAX and PyTorch here: make test-backends"
)


@pytest.fixture(scope="module")
def peers():
    found = start(["tensorflow", "jax", "torch"], PYTHON, print)
    yield found
    for peer in found.values():
        peer.close()


@pytest.mark.slow
@pytest.mark.parametrize("precision", AGREE)
@pytest.mark.parametrize("part", ["train", "infer"])
@pytest.mark.parametrize("network", ["linkdsl_dual", "cunet_unet"])
def test_first_losses_and_predictions_agree(peers, network, part, precision):
    side = 2 * NETWORKS[network].multiple
    request = {"network": network, "part": part, "side": side, "batch": 2}
    request["precision"] = precision
    told = {name: one.ask("prepare", **request) for name, one in peers.items()}
    assert set(told) == {"tensorflow", "jax", "torch"}
    check(Cell(**request), told)
    assert all(one.run()[0] > 0 for one in peers.values())
