"""A finished run from Python: its network, method and protocol."""

import keras
import numpy as np
import pytest

from common.errors import UserError
from common.evidence import as_dict, replace
from papers import load_run, registry
from papers.engine.run import Run

# A method of each paper, values that make its network small, and images for it.
RUNS = {
    "linkdsl": (
        "dual",
        {"preparation.image_size": 64, "network.base_filters": 16},
        (1, 64, 64, 1),
    ),
    "cunet": ("unet", {"network.unet_filters": 8}, (1, 32, 32, 4)),
    "dsunet": (
        "isensee",
        {"geometry.size": 32, "network.base_filters": 2},
        (1, 32, 32, 32, 4),
    ),
    "hierdice": ("resunet-hierarchical", {"network.base_filters": 4}, (1, 32, 32, 4)),
    "anisocascade": ("enet-axial", {"network.base_channels": 4}, (1, 9, 16, 16, 4)),
}


def write_run(folder, paper_id):
    paper, (method_id, changes, _) = registry.paper(paper_id), RUNS[paper_id]
    (method,) = [one for one in paper.methods if one.id == method_id]
    protocol = replace(paper.published, changes)
    keras.utils.set_random_seed(5)
    network = paper.inference.build(method, protocol, (32, 32))
    run = Run(folder)
    run.begin({"method": method_id, "protocol": as_dict(protocol), "previous": None})
    run.finish("key", "base", 1, 1.0)
    network.save_weights(run.weights(protocol.training.checkpoint))
    return network, protocol


@pytest.mark.parametrize("paper_id", RUNS)
def test_network_method_and_protocol(tmp_path, paper_id):
    network, protocol = write_run(tmp_path / "any", paper_id)
    run = load_run(tmp_path / "any", size=(32, 32))
    assert (run.paper.id, run.method.id) == (paper_id, RUNS[paper_id][0])
    assert run.protocol == protocol
    images = np.random.default_rng(0).random(RUNS[paper_id][2], np.float32)
    received = keras.tree.flatten(run.network(images))
    expected = keras.tree.flatten(network(images))
    for one, other in zip(received, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_no_run(tmp_path):
    with pytest.raises(UserError, match="no run.*finished.json"):
        load_run(tmp_path)
    write_run(tmp_path, "linkdsl")
    path = Run(tmp_path).weights("best")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(UserError, match="best.weights.h5.*train again"):
        load_run(tmp_path)
