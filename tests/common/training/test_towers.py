"""Towers give the same weights wherever they run: those worked out by hand."""

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.training.objective import objective
from common.training.towers import Towers, mirrored, sequential
from tests.common.training.jobs import towers
from tests.disks import run_python

rest = pytest.mark.slow
RUN = "import sys; from tests.common.training.jobs.towers import main; "
RUN += "main(*sys.argv[1:])"


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Function from case and place to the arrays of that training."""

    @cache
    def values(part):
        file = tmp_path_factory.mktemp("towers") / "trained.npz"
        done = run_python(RUN, file, part)
        assert done.returncode == 0, done.stderr
        with np.load(file) as stored:
            return dict(stored)

    def of(case, place):
        start = f"{case}/{place}/"
        found = values("few" if case in towers.FEW else "rest")
        return {k[len(start) :]: v for k, v in found.items() if k.startswith(start)}

    return of


def over(cases):
    """Runs a test over cases of the job; those of its rest are slow."""
    return pytest.mark.parametrize(
        "case",
        [
            case if case in towers.FEW else pytest.param(case, marks=rest)
            for case in cases
        ],
    )


def assert_same(received, expected, atol, kinds=("trained", "average", "losses")):
    names = [name for name in expected if name.startswith(kinds)]
    assert names
    for name in names:
        np.testing.assert_allclose(
            received[name], expected[name], rtol=0, atol=atol, err_msg=name
        )


@pytest.mark.parametrize("place", ["mirrored", "sequential"])
@over(towers.LOSSES)
def test_three_towers_are_those_written_by_hand(trained, case, place):
    assert_same(trained(case, place), trained(case, "hand"), 1e-10)


@over(towers.MEANS + towers.NO_MEANS)
def test_one_batch_is_the_same_for_means_over_slices_only(trained, case):
    three, one = trained(case, "mirrored"), trained(case, "single")
    if case in towers.MEANS:
        assert_same(three, one, 1e-10)
    else:
        assert max(np.abs(three[name] - one[name]).max() for name in one) > 1e-4


def test_training_moves_every_weight(trained):
    start = towers.build().trainable_variables
    end = trained("hierarchical_dice", "mirrored")
    for i, weight in enumerate(start):
        moved = np.abs(end[f"trained{i:02d}"] - np.asarray(weight))
        assert moved.max() > 1e-3


@rest
def test_scalar_loss_is_not_counted_once_a_replica(trained):
    scalar, whole = (trained(c, "mirrored") for c in ("scalar", "hierarchical_dice"))
    assert_same(scalar, whole, 1e-15)


def test_local_normalization(trained):
    by_place = {p: trained("local", p) for p in ("mirrored", "sequential", "hand")}
    assert_same(by_place["mirrored"], by_place["hand"], 1e-8)
    assert_same(by_place["sequential"], by_place["hand"], 1e-8)
    moving = ("moving",)
    assert_same(by_place["sequential"], by_place["mirrored"], 1e-10, moving)


@rest
def test_synchronized_normalization_is_that_of_the_whole_batch(trained):
    expected = trained("synchronized", "single")
    received = trained("synchronized", "mirrored")
    assert_same(received, expected, 1e-8)
    assert_same(received, expected, 1e-8, ("moving",))


@rest
def test_dropout(trained):
    expected = trained("dropout", "mirrored")
    assert_same(trained("dropout", "sequential"), expected, 1e-10)
    assert_same(trained("dropout", "sequential"), expected, 0, ("moving",))
    other = trained("softmax", "mirrored")
    assert np.abs(other["trained00"] - expected["trained00"]).max() > 1e-4


@pytest.fixture
def small():
    """A model, a loss and an optimizer."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    return model, keras.losses.MeanSquaredError(), keras.optimizers.SGD(0.1)


def test_a_part_that_is_smaller_is_refused(small):
    update = sequential(3).make_step(*small)
    with pytest.raises(ValueError, match="a batch of 22"):
        update(tf.ones((22, 3)), tf.ones((22, 1)))


def test_synchronization_between_towers_that_take_turns_is_refused(small):
    norm = keras.layers.BatchNormalization(synchronized=True, name="norm")
    inner = keras.Sequential([keras.Input((3,)), norm])
    model = keras.Sequential([keras.Input((3,)), inner, keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"synchronized.*\['norm'\]"):
        sequential(3).make_step(model, *small[1:])
    assert sequential(1).make_step(model, *small[1:])


@pytest.mark.parametrize(
    "option",
    [
        {"clipnorm": 1.0},
        {"global_clipnorm": 1.0},
        {"clipvalue": 1.0},
        {"use_ema": True},
        {"gradient_accumulation_steps": 2},
    ],
)
def test_optimizers_that_do_not_go_with_towers(small, option):
    optimizer = keras.optimizers.SGD(0.1, **option)
    with pytest.raises(ValueError, match=next(iter(option))):
        sequential(3).make_step(*small[:2], optimizer)


def test_loss_scale_needs_one_device(small):
    optimizer = keras.optimizers.LossScaleOptimizer(small[2])
    with pytest.raises(ValueError, match="mixed_bfloat16"):
        mirrored(["CPU:0"]).make_step(*small[:2], optimizer)


def test_count_is_that_of_the_strategy():
    with pytest.raises(ValueError, match="3 replicas"):
        Towers(3, tf.distribute.OneDeviceStrategy("CPU:0"))
    assert sequential(2).is_chief
    assert mirrored(["CPU:0"]).is_chief


@pytest.mark.parametrize(
    "make",
    [
        tf.distribute.MirroredStrategy,
        lambda devices: tf.distribute.MirroredStrategy(
            devices, tf.distribute.HierarchicalCopyAllReduce()
        ),
        tf.distribute.experimental.CentralStorageStrategy,
        lambda devices: tf.distribute.OneDeviceStrategy(*devices),
    ],
    ids=["default", "hierarchical", "central", "one"],
)
def test_other_strategies_are_refused(make):
    with pytest.raises(ValueError, match="ReductionToOneDevice"):
        Towers(1, make(["CPU:0"]))


def test_objective_reduces_as_the_loss_says():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    x, y = tf.constant([[1.0], [3.0]]), tf.zeros((2, 1))
    mean, total, none = (
        keras.losses.MeanSquaredError(reduction=r)
        for r in ("sum_over_batch_size", "sum", None)
    )
    assert float(objective(model, mean, x, y)) == 5
    assert float(objective(model, total, x, y)) == 10
    assert float(objective(model, lambda y, p: tf.abs(y - p), x, y)) == 2
    with pytest.raises(ValueError, match="reduction"):
        objective(model, none, x, y)
