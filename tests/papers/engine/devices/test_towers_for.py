"""What `GPUS=N` does with each paper."""

from types import SimpleNamespace

import keras
import pytest

from common.errors import UserError
from common.evidence import replace
from common.training.towers import mirrored
from papers import registry
from papers.engine.devices.towers_for import check_devices, shared_by, towers_on
from papers.engine.runner import Runner


@pytest.mark.parametrize(
    "paper, gpus, towers",
    [
        ("hierdice", None, None),
        ("hierdice", 1, None),
        ("hierdice", 3, 3),
        # Its towers are three: others would be another method.
        ("hierdice", 2, None),
        ("linkdsl", 2, 2),
        ("linkdsl", 4, 4),
        ("linkdsl", 3, None),
        ("anisocascade", 5, 5),
        ("anisocascade", 2, None),
        ("dsunet", 2, None),
    ],
)
def test_towers_where_the_batch_divides(paper, gpus, towers):
    assert towers_on(gpus, registry.paper(paper).published) == towers


def test_own_towers_are_no_wish_of_the_user():
    hierdice, linkdsl = (registry.paper(p).published for p in ("hierdice", "linkdsl"))
    assert towers_on(3, hierdice, own=False) is None
    assert towers_on(2, linkdsl, own=False) == 2


def with_gpus(monkeypatch, there):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    gpus = [SimpleNamespace()] * there
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: gpus)


@pytest.mark.parametrize(
    "paper, gpus, words",
    [
        ("linkdsl", 1, "GPUS=1.*the same runs"),
        ("linkdsl", 2, "GPUS=2.*another run"),
        # Whole trainings side by side: 3 does not divide the batch.
        ("linkdsl", 3, "GPUS=3.*the same runs"),
        ("hierdice", 1, "GPUS=1.*take turns"),
        ("hierdice", 2, "GPUS=2.*take turns"),
    ],
)
def test_gpus_that_are_not_there(monkeypatch, paper, gpus, words):
    protocol = registry.paper(paper).published
    with_gpus(monkeypatch, 0)
    with pytest.raises(UserError, match=words):
        check_devices(gpus, protocol)
    with_gpus(monkeypatch, gpus)
    assert check_devices(gpus, protocol) is None
    assert check_devices(None, protocol) is None


def test_synchronized_towers_need_a_device_each(monkeypatch):
    published = registry.paper("hierdice").published
    protocol = replace(published, {"network.synchronized": "true"})
    with_gpus(monkeypatch, 3)
    for gpus in (None, 1, 2):
        with pytest.raises(UserError, match=r"synchronized.*GPUS=3"):
            check_devices(gpus, protocol)
    assert check_devices(3, protocol) is None
    assert check_devices(None, replace(protocol, {"training.towers": 1})) is None
    two = (
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", '
        '"index": 0}}'
    )
    monkeypatch.setenv("TF_CONFIG", two)
    assert check_devices(None, protocol) is None


def test_no_towers_at_all_are_refused():
    with pytest.raises(UserError, match=r"training.towers.*at least 1"):
        replace(registry.paper("hierdice").published, {"training.towers": "0"})


def test_a_network_is_built_within_the_scope_of_its_towers():
    """Keras's session is cleared before: within, that would end the scope."""
    towers = mirrored(["CPU:0"])
    training = SimpleNamespace(precision="float32")
    job = SimpleNamespace(seed=0, protocol=SimpleNamespace(training=training))
    layers = [keras.layers.Input((2,)), keras.layers.Dense(1)]
    experiment = SimpleNamespace(build=lambda: keras.Sequential(layers))
    runner = object.__new__(Runner)
    runner._at_hand = {}
    model = runner._model(job, experiment, towers)
    for variable in model.trainable_variables:
        assert towers.strategy.extended.variable_created_in_scope(variable.value)


CLUSTER = (
    '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}'
)


def test_machines_of_a_protocol_with_towers_make_the_same_run(monkeypatch):
    protocol = registry.paper("hierdice").published
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    assert shared_by(None, protocol) is None
