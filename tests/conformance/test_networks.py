"""Properties of every network of the catalog, and what a fresh process loads."""

import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.blank import blank
from tests.conformance.catalog import LOSSES, NETWORKS, networks
from tests.conformance.conftest import compiled, flat, run
from tests.conformance.inventory import inventory, path
from tests.conformance.rooms import measured_room, room
from tests.half_precision import require_half_precision

REGENERATE = "python -m tests.conformance.regenerate"


def over(listed):
    """Parametrizes a test by networks."""
    return pytest.mark.parametrize("network", listed, ids=lambda one: one.name)


def assert_equal(received, expected, **tolerance):
    for one, other in zip(flat(received), flat(expected), strict=True):
        np.testing.assert_allclose(one, other, **tolerance)


def shapes(outputs):
    return keras.tree.map_structure(lambda output: tuple(output.shape[1:]), outputs)


def tolerance(network):
    return {"rtol": 0, "atol": room(network)}


@pytest.fixture
def policy():
    """Returns a function that sets a dtype policy for one test."""
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy("float32")


def test_names_are_unique():
    names = [network.name for network in NETWORKS]
    assert len(set(names)) == len(names)
    assert all(reason for one in NETWORKS for reason in one.exempt.values())


@over(networks("graph"))
def test_graph_equals_eager(network, built):
    _, x = built(network)
    eager = run(network)
    assert shapes(eager) == network.output_shape
    assert all(
        output.std() > 1e-3 for output in flat(eager)
    )  # else there is nothing to compare
    assert_equal(compiled(network)(x), eager, **tolerance(network))


@over(networks("batch"))
def test_examples_do_not_affect_each_other(network, built):
    _, x = built(network)
    together = run(network)
    for i in range(len(x)):
        alone = keras.tree.map_structure(
            lambda output, i=i: output[i : i + 1], together
        )
        received = compiled(network)(x[i : i + 1])
        assert_equal(received, alone, **tolerance(network))


@over(networks("saving"))
def test_saved_network_is_the_same_in_a_fresh_process(network, fresh_process):
    with np.load(fresh_process / f"{network.name}.loaded.npz") as outputs:
        received = [outputs[name] for name in outputs.files]
    assert_equal(received, run(network), **tolerance(network))


@over(networks("saving"))
def test_saved_weights_are_the_same_in_a_fresh_process(network, built, fresh_process):
    """In the network that the code builds there, so its outputs are the same, too."""
    with np.load(fresh_process / f"{network.name}.rebuilt.npz") as weights:
        received = dict(weights)
    expected = {weight.path: weight for weight in built(network)[0].weights}
    assert received.keys() == expected.keys()
    for name, values in received.items():
        np.testing.assert_array_equal(values, expected[name])


def test_fresh_process_has_the_same_losses(fresh_process, masks):
    """Here, because processes that share the tests make their fixtures by file."""
    received = json.loads((fresh_process / "loaded_losses.json").read_text())
    for entry, (name, config, value) in zip(LOSSES, received, strict=True):
        loss = entry.make()
        assert name == loss.name
        assert config == loss.get_config()
        assert value == pytest.approx(float(loss(*masks)), abs=1e-6)


@over(networks("graph"))
def test_no_code_in_the_config(network, built):
    text = json.dumps(built(network)[0].get_config())
    assert "Lambda" not in text
    assert "__lambda__" not in text


@pytest.mark.slow
@over(NETWORKS)
def test_room_is_that_of_the_present_network(network, built):
    """Of few draws of a random spread, of which half and double are usual."""
    recorded = room(network)
    assert recorded / 3 < measured_room(*built(network)) < 3 * recorded, REGENERATE


# Every network in float16, whose range is the smaller one; in bfloat16, which needs
# other kernels of the same layers, those that have every kind of layer.
IN_BFLOAT16 = ("anisocascade_wnet", "cunet_cu_net", "dsunet_separable_unet")
IN_BFLOAT16 += ("hierdice_resnet50_skip", "linkdsl_multi", "linkdsl_cascade_image")
HALF = [(one, "mixed_float16") for one in networks("precision")]
HALF += [(one, "mixed_bfloat16") for one, _ in HALF if one.name in IN_BFLOAT16]


def kinds(listed, built):
    """The types of operations and initializers of some networks."""
    operations = [one for network in listed for one in built(network)[0].operations]
    initializers = {
        type(getattr(one, "kernel_initializer", None)) for one in operations
    }
    return {type(one) for one in operations} | initializers


def test_every_kind_of_layer_is_saved(built):
    assert kinds(networks("saving"), built) == kinds(networks("graph"), built)


def test_every_kind_of_layer_is_tested_in_bfloat16(built):
    in_bfloat16 = [one for one, name in HALF if name == "mixed_bfloat16"]
    assert kinds(in_bfloat16, built) == kinds(networks("precision"), built)


@pytest.mark.parametrize(
    ("network", "name"), HALF, ids=[f"{one.name}-{name}" for one, name in HALF]
)
def test_mixed_precision(network, name, policy, built):
    require_half_precision(name)
    x = built(network)[1]
    policy(name)
    model = network.small()
    compute_dtypes = {layer.compute_dtype for layer in model.layers}
    assert name.removeprefix("mixed_") in compute_dtypes
    outputs = keras.tree.flatten(model(x, training=False))
    assert all(output.dtype == "float32" for output in outputs)
    assert all(np.isfinite(output).all() for output in outputs)
    assert all(weight.dtype == "float32" for weight in model.trainable_weights)


@over(networks("gradients"))
def test_gradients_reach_every_weight(network, built):
    model, x = built(network)
    random = np.random.default_rng(2)
    with tf.GradientTape() as tape:
        outputs = model(tf.constant(x), training=True)
        assert shapes(outputs) == network.output_shape
        outputs = keras.tree.flatten(outputs)
        weighted = [
            tf.reduce_sum(output * random.normal(size=output.shape).astype(np.float32))
            for output in outputs
        ]
        total = tf.add_n(weighted)
    gradients = tape.gradient(total, model.trainable_variables)
    largest = {
        weight.path: 0.0 if gradient is None else float(np.abs(gradient).max())
        for weight, gradient in zip(model.trainable_variables, gradients, strict=True)
    }
    assert all(map(math.isfinite, largest.values()))
    # A bias before a batch normalization is subtracted with the mean.
    exempt = {
        name
        for name in largest
        if name.startswith(network.normalized_biases) and name.endswith("bias")
    }
    unreached = {name for name, size in largest.items() if size == 0} - exempt
    assert not unreached
    kernels = {name: name.removesuffix("bias") + "kernel" for name in exempt}
    reached = {
        n for n, kernel in kernels.items() if largest[n] > 1e-3 * largest[kernel]
    }
    assert not reached, "Exempt, but not before a normalization"


@over(NETWORKS)
def test_golden_inventory(network):
    received = inventory(blank(network.full))
    hint = f"If the change is intended, run `{REGENERATE}` and read the difference."
    assert path(network.name).exists(), f"There is no golden of {network.name}. {hint}"
    golden = json.loads(path(network.name).read_text())
    assert received == golden, hint
    if network.total:
        assert received["total"] == network.total
    if network.trainable:
        assert received["trainable"] == network.trainable


def test_no_golden_without_its_network():
    names = {path(network.name) for network in NETWORKS}
    assert set(path("any").parent.iterdir()) == names, f"Run `{REGENERATE}`."
