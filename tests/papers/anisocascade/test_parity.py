"""Networks, loss, gradients and updates against the authors' own code."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.anisocascade.variants import PlainNormPReLU, with_plain_layers
from common.layers import fast_paths
from papers.anisocascade.losses import PooledDice
from papers.anisocascade.released_weights import (
    NETWORKS,
    keras_path,
    load_checkpoint,
)
from tests.papers.anisocascade.recorded import adam, read

LITE = ("wnet_tiny_c8", "wnet_tiny_expand", "enet_tiny_c8", "enet_tiny_3class")
FULL = ("wnet_tiny_c8", "enet_tiny_c8")
RELEASED = {
    "wt": ("wnet", "msnet_wt32_20000.ckpt"),
    "tc": ("tnet", "msnet_tc32_20000.ckpt"),
    "en": ("enet", "msnet_en32_20000.ckpt"),
}

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def oracle(shared_data):
    return shared_data / "oracle_aniso"


@pytest.fixture
def every_size_fast(monkeypatch):
    """Sends small inputs down the fast path, too."""
    monkeypatch.setattr(fast_paths.batch_statistics, "MIN_VALUES", 0)


def loss_and_gradients(model, x, y):
    # Not in a graph, which would take longer to trace than this to run.
    with tf.GradientTape() as tape:
        loss = PooledDice()(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    paths = [weight.path for weight in model.trainable_variables]
    return float(loss), dict(zip(paths, map(np.asarray, gradients), strict=True))


def check_network(recorded, factor=1):
    """Logits, loss and every gradient; a fast path has `factor` times the room."""
    model = recorded.build()
    logits = model(recorded["x"], training=False)
    np.testing.assert_allclose(
        logits, recorded["out/logits"], rtol=0, atol=3e-5 * factor
    )
    loss, gradients = loss_and_gradients(model, recorded["x"], recorded["y"])
    assert loss == pytest.approx(float(recorded["out/dice_loss"]), abs=2e-7 * factor)
    expected = recorded.by_path("grad")
    assert gradients.keys() == expected.keys()
    for path, gradient in gradients.items():
        room = 2.4e-5 * factor * np.abs(expected[path]).max()
        np.testing.assert_allclose(
            gradient, expected[path], rtol=0, atol=room, err_msg=path
        )


@pytest.mark.parametrize("name", LITE)
def test_network_loss_and_gradients(oracle, name):
    check_network(read(oracle / "lite" / f"{name}.npz"))


@pytest.mark.slow
@pytest.mark.parametrize("name", LITE)
def test_fused_network_loss_and_gradients(oracle, name, every_size_fast):
    check_network(read(oracle / "lite" / f"{name}.npz"), factor=3)


@pytest.mark.parametrize("name", FULL)
def test_activation_of_every_block(oracle, name):
    recorded = read(oracle / f"{name}.npz")
    model = recorded.build()
    expected = {
        _output(name.removeprefix("act/")): values
        for name, values in recorded.arrays.items()
        if name.startswith("act/")
    }
    assert len(expected) > 15
    outputs = [model.get_layer(layer).output for layer in expected]
    received = keras.Model(model.inputs[0], outputs)(recorded["x"])
    for (layer, values), output in zip(expected.items(), received, strict=True):
        # The logits' 3e-5 is of values of 3 to 6; a block's may be larger.
        room = 1e-5 * max(3.0, np.abs(values).max())
        np.testing.assert_allclose(output, values, rtol=0, atol=room, err_msg=layer)


def _output(block):
    """The layer whose output the original records under a block's name."""
    if block == "concate":
        return "concat"
    if block.endswith("_bn_prelu"):
        return block.replace("_bn_prelu", "_norm")
    return f"{block}_add" if block.startswith("block") else block


@pytest.mark.parametrize("name", FULL)
def test_adam_steps(oracle, name):
    """Every weight after one step, nearly every one after five.

    Where a gradient is next to 0, Adam makes a step of its rounding error. In
    float64 the same network leaves the recorded values in 40 and 449 weights (of
    15,000) after five steps, by up to 1.8e-4: that is the original's rounding.
    """
    recorded = read(oracle / f"{name}.npz")
    model, optimizer, losses = recorded.build(), adam(), []
    optimizer.build(model.trainable_variables)

    def step():
        loss, gradients = loss_and_gradients(model, recorded["x"], recorded["y"])
        optimizer.apply([gradients[w.path] for w in model.weights])
        return loss

    def differences(steps):
        expected = recorded.by_path(f"adam{steps}")
        pairs = ((weight, expected[weight.path]) for weight in model.weights)
        return np.concatenate([np.abs(w - e).ravel() for w, e in pairs])

    losses.append(step())
    assert differences(1).max() <= 2.4e-5
    losses += [step() for _ in range(4)]
    after_five = differences(5)
    assert np.mean(after_five <= 2.4e-5) > 0.965
    assert after_five.max() <= 3e-4
    trace = recorded["out/loss_trace_5_adam_steps"][:5]
    np.testing.assert_allclose(losses, trace, rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", LITE)
def test_plain_layers_are_the_same_network(oracle, name):
    recorded = read(oracle / "lite" / f"{name}.npz")
    plain = with_plain_layers(recorded.build())
    np.testing.assert_allclose(
        plain(recorded["x"]), recorded["out/logits"], rtol=0, atol=3e-5
    )


@pytest.mark.parametrize("name", FULL)
def test_moving_statistics_would_give_other_logits(oracle, name):
    """The original's other mode, which its programs never use."""
    recorded = read(oracle / f"{name}.npz")
    plain = with_plain_layers(recorded.build())
    for path, values in recorded.arrays.items():
        scope, _, leaf = path.removeprefix("var/").rpartition("/")
        if leaf in ("moving_mean", "moving_variance") and path.startswith("var/"):
            layer = keras_path(f"{scope}/gamma").rpartition("/")[0]
            getattr(plain.get_layer(layer).norm, leaf).assign(values)
    normalizations = [one for one in plain.layers if isinstance(one, PlainNormPReLU)]
    assert len(normalizations) > 20
    for layer in normalizations:
        layer.moving = True
    logits = plain(recorded["x"])
    np.testing.assert_allclose(logits, recorded["out/logits_eval"], rtol=0, atol=1e-4)
    assert np.abs(recorded["out/logits_eval"] - recorded["out/logits"]).max() > 0.1


@pytest.mark.parametrize("fast", [False, True], ids=["plain", "fast"])
@pytest.mark.parametrize("region", RELEASED)
def test_released_weights(oracle, shared_data, monkeypatch, region, fast):
    if not fast:
        monkeypatch.setattr(fast_paths, "batch_statistics", None)
    network, checkpoint = RELEASED[region]
    with np.load(oracle / f"pretrained17_{region}_ax_out.npz") as file:
        x, expected = file["x"], file["out/logits"]
        probability = file["out/prob"]
    model = NETWORKS[network](x.shape[1:])
    load_checkpoint(model, shared_data / "brats17_weights" / checkpoint)
    logits = np.asarray(model(x))
    room = 1.7e-4 * (3 if fast else 1)
    np.testing.assert_allclose(logits, expected, rtol=0, atol=room)
    assert (logits.argmax(-1) == expected.argmax(-1)).all()
    received = np.asarray(tf.nn.softmax(logits))
    np.testing.assert_allclose(received, probability, rtol=0, atol=1e-4)
