"""The methods' losses against equations (1) and (4), and what sets them off."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from papers.cunet.losses import BoundaryLoss, CascadeLoss, PlainLoss, of_sums
from tests.rounding import sum_room

HEADS = [
    f"{branch}{head}"
    for branch in ("wt", "sub")
    for head in ("", "_aux16", "_aux8", "_aux4", "_aux2")
]

# The exponentials of a map with four classes.
ROOM = sum_room(2 * 6 * 8 * 4)


def example(classes=4, omega=0.1, uniform=False):
    random = np.random.default_rng(0)
    shape = (2, 6, 8)
    truth = {
        "labels": random.integers(0, 4, (*shape, 1)).astype(np.float32),
        "weights": random.integers(0, 3, (*shape, 2)).astype(np.float32),
        "omega": np.full(2, omega, np.float32),
        "boundary": random.integers(0, 2, (*shape, 1)).astype(np.float32),
    }
    logits = {
        name: random.normal(size=(*shape, 2 if name.startswith("wt") else classes))
        for name in HEADS
    }
    if uniform:
        logits = {name: np.zeros_like(x) for name, x in logits.items()}
    return truth, {name: x.astype(np.float32) for name, x in logits.items()}


def random_share(shape):
    return np.random.default_rng(1).random(shape) < 0.3


def mean_surprise(labels, logits, weights):
    log = special.log_softmax(logits.astype(np.float64), axis=-1)
    surprise = -np.take_along_axis(log, labels[..., None], axis=-1)[..., 0]
    return (surprise * weights).sum() / weights.sum()


@pytest.mark.parametrize("omega", [0.1, 0.0])
def test_total_of_both_branches_and_eight_heads(omega):
    truth, logits = example(omega=omega)
    labels = truth["labels"][..., 0].astype(int)
    expected = 0.0
    for name, logit in logits.items():
        first = name.startswith("wt")
        target = (labels > 0).astype(int) if first else labels
        weights = truth["weights"][..., 0 if first else 1]
        value = mean_surprise(target, logit, weights)
        expected += value * (omega if "aux" in name else 1)
    received = np.asarray(CascadeLoss().call(truth, logits))
    np.testing.assert_allclose(received, [expected] * 2, rtol=ROOM)


def test_uniform_logits_give_the_logarithm_of_the_classes():
    truth, logits = example(uniform=True, omega=0.0)
    total = float(CascadeLoss()(truth, logits))
    assert total == pytest.approx(np.log(2) + np.log(4), rel=ROOM)
    truth["weights"][..., 1] = 0
    assert float(CascadeLoss()(truth, logits)) == pytest.approx(np.log(2), rel=ROOM)
    truth["weights"][:] = 0
    assert float(CascadeLoss()(truth, logits)) == 0.0


def test_three_classes_know_no_other_than_tumor():
    truth, logits = example(classes=3, omega=0.0)
    labels = truth["labels"][..., 0].astype(int)
    truth["weights"][..., 1] = labels > 0
    branches = {name: logits[name] for name in ("wt", "sub")}
    expected = mean_surprise(
        (labels > 0).astype(int), logits["wt"], truth["weights"][..., 0]
    ) + mean_surprise(np.maximum(labels - 1, 0), logits["sub"], labels > 0)
    assert float(CascadeLoss()(truth, branches)) == pytest.approx(expected, rel=ROOM)


def test_three_maps_of_bfcn_count_alike():
    truth, logits = example()
    maps = {
        "tissue": logits["sub"],
        "boundary": logits["wt"],
        "combined": logits["sub_aux2"],
    }
    ones = np.ones((2, 6, 8))
    expected = sum(
        mean_surprise(truth[of][..., 0].astype(int), maps[name], ones)
        for name, of in (
            ("tissue", "labels"),
            ("boundary", "boundary"),
            ("combined", "labels"),
        )
    )
    assert float(BoundaryLoss()(truth, maps)) == pytest.approx(expected, rel=ROOM)


def test_plain_loss_is_the_mean_over_all_pixels():
    truth, logits = example()
    labels = truth["labels"][..., 0].astype(int)
    expected = mean_surprise(labels, logits["sub"], np.ones(labels.shape))
    received = float(PlainLoss()(truth, logits["sub"]))
    assert received == pytest.approx(expected, rel=ROOM)


def test_gradient_of_a_pixel_that_is_not_sampled():
    truth, logits = example()
    logit = tf.constant(logits["wt"])
    with tf.GradientTape() as tape:
        tape.watch(logit)
        value = CascadeLoss()(truth, {"wt": logit, "sub": logits["sub"]})
    gradient = np.abs(tape.gradient(value, logit).numpy()).max(axis=-1)
    sampled = truth["weights"][..., 0] > 0
    assert not gradient[~sampled].any() and (gradient[sampled] > 0).all()


@pytest.mark.parametrize(
    ("loss", "heads"),
    [
        (CascadeLoss(), {"wt": "wt", "sub": "sub"}),
        (BoundaryLoss(), {"tissue": "sub", "boundary": "wt", "combined": "sub_aux2"}),
        (PlainLoss(), None),
    ],
)
def test_sums_of_two_batches_make_the_loss_of_both(loss, heads):
    truth, logits = example(omega=0.0)
    truth["weights"][1] *= random_share((6, 8, 2))  # other sums in either slice
    found = {k: logits[v] for k, v in heads.items()} if heads else logits["sub"]
    batches = [
        keras.tree.map_structure(lambda x, i=i: x[i : i + 1], (truth, found))
        for i in (0, 1)
    ]
    whole = float(loss(truth, found))
    received = of_sums(sum(loss.sums(*batch) for batch in batches))
    assert received == pytest.approx(whole, rel=ROOM)
    if isinstance(loss, CascadeLoss):
        mean_of_batches = np.mean([float(loss(*batch)) for batch in batches])
        assert abs(mean_of_batches - whole) > 1e-3


def test_sums_of_nothing_sampled():
    truth, logits = example()
    truth["weights"][:] = 0
    assert of_sums(CascadeLoss().sums(truth, logits)) == 0.0


@pytest.mark.parametrize("kind", [CascadeLoss, BoundaryLoss, PlainLoss])
def test_config_rebuilds_it(kind):
    loss = kind()
    rebuilt = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(loss)
    )
    assert type(rebuilt) is kind and rebuilt.get_config() == loss.get_config()
