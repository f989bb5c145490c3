"""Networks, loss, gradients and updates against the authors' own code."""

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.anisocascade.variants import PlainNormPReLU, with_plain_layers
from common.layers import fast_paths
from papers.anisocascade.released_weights import (
    NETWORKS,
    keras_path,
    load_checkpoint,
)
from tests.papers.anisocascade.recorded import adam, read
from tests.papers.anisocascade.rooms import (
    FULL,
    LITE,
    activations,
    layer_of_block,
    measured_rooms,
    results,
    rooms,
    with_activations,
)
from tests.rounding import in_float64, sum_room

RATE = 1e-3  # of the recorded Adam
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


@cache
def networks(path):
    """A file's arrays, its network and the same in float64; not to be changed."""
    recorded = read(path)
    model = recorded.build()
    return recorded, model, in_float64(model)


@cache
def received_results(path):
    """What the network makes of a file's example."""
    recorded, model, _ = networks(path)
    return results(model, recorded)


@cache
def exact_results(path):
    """The exact results of a file's example in `lite/`, and their rooms."""
    recorded, _, double = networks(path)
    return results(double, recorded), *rooms(f"lite/{path.stem}")


def check_network(path, received):
    """Logits, loss and every gradient: exact ones near recorded ones, ours near them.

    The first half compares fixed numbers, so it needs no room for other sides of
    a PReLU: in one of the networks, a value of a map of 20 pixels is next to 0.
    """
    recorded, model, _ = networks(path)
    exact, room, wide = exact_results(path)
    expected = recorded.by_path("grad")
    expected["logits"] = recorded["out/logits"]
    expected["loss"] = recorded["out/dice_loss"]
    assert exact.keys() == expected.keys() == received.keys()
    for name, values in exact.items():
        assert_near(values, expected[name], room[name], name)
        assert_near(received[name], values, wide[name], name)
    assert_near(model(recorded["x"], training=False), exact["logits"], room["logits"])


def assert_near(received, expected, room, name=""):
    difference = np.abs(received - np.asarray(expected, np.float64))
    np.testing.assert_array_less(difference, room, err_msg=name)


@pytest.mark.parametrize("name", LITE)
def test_network_loss_and_gradients(oracle, name):
    path = oracle / "lite" / f"{name}.npz"
    check_network(path, received_results(path))


@pytest.mark.slow
@pytest.mark.parametrize("name", LITE)
def test_fused_network_loss_and_gradients(oracle, name, every_size_fast):
    path = oracle / "lite" / f"{name}.npz"
    recorded, model, _ = networks(path)
    check_network(path, results(model, recorded))


@pytest.mark.parametrize("name", FULL)
def test_activation_of_every_block(oracle, name):
    (recorded, *models), (room, _) = networks(oracle / f"{name}.npz"), rooms(name)
    received, exact = (
        activations(with_activations(model, recorded), recorded) for model in models
    )
    assert len(exact) > 15
    for block, expected in recorded.arrays.items():
        if block.startswith("act/"):
            layer = layer_of_block(block)
            assert_near(exact[layer], expected, room[layer], layer)
            assert_near(received[layer], exact[layer], room[layer], layer)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*(f"lite/{name}" for name in LITE), *FULL])
def test_rooms_are_those_of_the_present_networks(oracle, name):
    measured = measured_rooms(oracle, name)
    assert measured.keys() == rooms(name)[0].keys()
    for key, pair in measured.items():
        assert pair == pytest.approx([one[key] for one in rooms(name)], rel=0.06), key


def copies(model):
    """Variables with the values of a network's weights, by their paths."""
    return {w.path: keras.Variable(np.asarray(w)) for w in model.weights}


def first_step(gradient):
    """Adam's first step of the released code, by its formula."""
    size = np.sqrt(1 - 0.999) * np.abs(gradient)
    return RATE * np.sqrt(1 - 0.999) * gradient / (size + 1e-8)


def adam_room(steps, sizes):
    """Room of the steps' own rounding, the gradients apart.

    Of a step's dozen operations, 1 - 0.999 is the one that cancels: it enlarges the
    rounding of 0.999 a thousand times, of which the root takes half. Then there is
    the sum that is stored.
    """
    step = sum_room(12) + sum_room(1) / (1 - 0.999) / 2
    return steps * RATE * step + sum_room(steps, sizes)


@pytest.mark.parametrize("name", LITE)
def test_first_adam_step(oracle, name):
    """Every weight lies between the steps of both ends of its gradient's room.

    Adam's first step grows with the gradient, from -1e-3 to 1e-3 in all. Where a
    gradient is next to 0 its rounding is enlarged up to 3,000 times, but most
    recorded weights are known to a hundredth of a step.
    """
    path = oracle / "lite" / f"{name}.npz"
    (recorded, model, _), (exact, room, wide) = networks(path), exact_results(path)
    weights, optimizer = copies(model), adam()
    optimizer.build(list(weights.values()))
    received = received_results(path)
    optimizer.apply([received[name] for name in weights])
    start, expected = recorded.by_path("var"), recorded.by_path("adam1")
    widths = []
    for path, after in ((name, np.asarray(one)) for name, one in weights.items()):
        before = start[path].astype(np.float64)
        own = adam_room(1, np.abs(before))
        for value, by in ((after, wide[path]), (expected[path], room[path])):
            low = before - first_step(exact[path] + by) - own
            high = before - first_step(exact[path] - by) + own
            assert ((low <= value) & (value <= high)).all(), path
        widths.append((high - low).ravel())
    assert np.mean(np.concatenate(widths) < 0.01 * RATE) > 0.8


# Of one network in every run: each one's gradients and first step are tested above.
@pytest.mark.parametrize(
    "name", [FULL[0], pytest.param(FULL[1], marks=pytest.mark.slow)]
)
def test_five_adam_steps(oracle, name):
    """The exact gradients' five steps, by Adam in float64 and in float32.

    The way is exact, as it parts where a PReLU's input is next to 0: at WNet's
    second step, rounding decides the side, and with it 3e-5 of the typical weight
    and 1.4e-3 of one. The original went the exact way. Later such places remain:
    nudged as float32 rounds (`nudged`), the same way leaves 2% of the weights
    by more than 2.5e-5 and one by 1.5e-4. The original is as far from it.
    """
    recorded, model, double = networks(oracle / f"{name}.npz")
    singles, start = copies(model), double.get_weights()
    optimizers, losses = (adam(), adam()), []
    both = double.trainable_variables, list(singles.values())
    for variables, optimizer in zip(both, optimizers, strict=True):
        optimizer.build(variables)
    for _ in range(5):
        exact = results(double, recorded)
        losses.append(exact["loss"])
        for variables, optimizer in zip(both, optimizers, strict=True):
            gradients = [exact[path] for path in singles]
            optimizer.apply([tf.cast(g, variables[0].dtype) for g in gradients])
    after = {weight.path: np.asarray(weight) for weight in double.weights}
    double.set_weights(start)
    expected, differences, way = recorded.by_path("adam5"), [], 5 * RATE
    assert after.keys() == singles.keys()
    for path, values in after.items():
        own = adam_room(5, np.abs(values))
        assert_near(singles[path], values, own, path)
        differences.append(np.abs(values - expected[path]).ravel())
    differences = np.concatenate(differences)
    assert np.mean(differences <= 0.005 * way) > 0.965
    assert differences.max() <= 0.06 * way
    trace = recorded["out/loss_trace_5_adam_steps"][:5]
    assert_near(losses, trace, sum_room(recorded["y"].size))


@pytest.mark.parametrize("name", LITE)
def test_plain_layers_are_the_same_network(oracle, name):
    path = oracle / "lite" / f"{name}.npz"
    (recorded, model, _), (exact, room, _) = networks(path), exact_results(path)
    plain = with_plain_layers(model)
    assert_near(plain(recorded["x"]), exact["logits"], room["logits"])


@pytest.mark.parametrize("name", FULL)
def test_moving_statistics_would_give_other_logits(oracle, name):
    """The original's other mode, which its programs never use."""
    recorded, model, _ = networks(oracle / f"{name}.npz")
    plain = with_plain_layers(model)
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
    # The longest sums are those of the batch's statistics, over all pixels: the
    # original's are 2e-4 from those of float64.
    room = sum_room(x[..., 0].size, np.abs(expected).max())
    assert_near(logits, expected, room)
    first, second = np.moveaxis(expected, -1, 0)
    clear = np.abs(first - second) > 2 * room
    assert clear.mean() > 0.99
    assert (logits.argmax(-1) == expected.argmax(-1))[clear].all()
    # The slope of a probability is at most 1/4 by either of two logits.
    received = np.asarray(tf.nn.softmax(logits))
    assert_near(received, probability, room / 2)
