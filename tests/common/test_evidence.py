"""Protocols: the evidence, replaced values and digest."""

import json
from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from common.errors import UserError
from common.evidence import (
    Entry,
    Limits,
    as_dict,
    chosen,
    describe,
    from_dict,
    inferred,
    original,
    protocol_digest,
    replace,
    stated,
)


@dataclass(frozen=True)
class Training:
    learning_rate: float = stated(1e-3, "III: learning rate = 0.001")
    epochs: int = stated(300, "III: 300 epochs")
    momentum: float = original(0.9, "train.lua")
    flip: bool = inferred(False, "not mentioned")
    loss: str = chosen("bce", "nothing settles it", options=("bce", "dice"))


@dataclass(frozen=True)
class Protocol:
    training: Training = field(default_factory=Training)
    size: int = chosen(64, "small")


KEYS = [entry.key for entry in describe(Protocol())]


def test_lists_every_value_with_its_evidence_in_order():
    assert describe(Protocol()) == [
        Entry("training.learning_rate", 1e-3, "stated", "III: learning rate = 0.001"),
        Entry("training.epochs", 300, "stated", "III: 300 epochs"),
        Entry("training.momentum", 0.9, "original code", "train.lua"),
        Entry("training.flip", False, "inferred", "not mentioned"),
        Entry(
            "training.loss",
            "bce",
            "our choice",
            "nothing settles it",
            Limits(("bce", "dice")),
        ),
        Entry("size", 64, "our choice", "small"),
    ]


def test_replaced_value_keeps_the_published_one_in_its_note():
    entries = {e.key: e for e in describe(replace(Protocol(), {"training.epochs": 12}))}
    replaced = entries["training.epochs"]
    assert (replaced.value, replaced.kind) == (12, "profile")
    assert replaced.note == "replaces 300 (stated: III: 300 epochs)"
    assert [e.key for e in entries.values() if e.kind == "profile"] == [replaced.key]


def test_field_without_evidence_is_an_error():
    @dataclass(frozen=True)
    class Careless:
        epochs: int = 300

    with pytest.raises(TypeError, match="`epochs` of Careless"):
        describe(Careless())


@pytest.mark.parametrize(
    ("key", "given", "value"),
    [
        ("training.epochs", 12, 12),
        ("training.epochs", "12", 12),
        ("training.learning_rate", 1, 1.0),
        ("training.learning_rate", "1", 1.0),
        ("training.learning_rate", "5e-4", 5e-4),
        ("training.flip", "True", True),
        ("training.loss", "dice", "dice"),
        ("size", "128", 128),
    ],
)
def test_replaces_one_value_and_reads_text_as_its_type(key, given, value):
    before = {entry.key: entry.value for entry in describe(Protocol())}
    after = {e.key: e.value for e in describe(replace(Protocol(), {key: given}))}
    assert after == before | {key: value}
    assert type(after[key]) is type(before[key])


def test_replaces_several_values_of_one_section():
    changes = {"training.epochs": 2, "training.loss": "dice", "size": 32}
    result = replace(Protocol(), changes)
    assert result == Protocol(Training(epochs=2, loss="dice"), size=32)
    with pytest.raises(FrozenInstanceError):
        result.size = 64


def follow(error):
    """Returns the protocol with the setting that an error advises."""
    key, value = error.next_step.removeprefix("such as SET=").split("=", 1)
    return replace(Protocol(), {key: value})


@pytest.mark.parametrize("key", ["epochs", "training", "training.epoch", "size.x", ""])
def test_unknown_key(key):
    with pytest.raises(UserError, match="Received: the unknown key") as caught:
        replace(Protocol(), {key: 1})
    assert all(known in caught.value.expected for known in KEYS)
    assert follow(caught.value) == Protocol()


@pytest.mark.parametrize(
    ("key", "given", "expected"),
    [
        ("training.epochs", 1.5, "type int"),
        ("training.epochs", "1.5", "type int"),
        ("training.epochs", "many", "type int"),
        ("training.epochs", True, "type int"),
        ("training.learning_rate", "fast", "type float"),
        ("training.learning_rate", True, "type float"),
        ("training.learning_rate", None, "type float"),
        ("training.flip", 1, "type bool"),
        ("training.flip", "yes", "type bool"),
        ("training.loss", 3, "type str"),
        ("training.loss", "focal", "one of bce, dice"),
    ],
)
def test_wrong_value(key, given, expected):
    with pytest.raises(UserError) as caught:
        replace(Protocol(), {key: given})
    assert caught.value.file == key
    assert expected in caught.value.expected
    assert str(given) in caught.value.received
    assert follow(caught.value) == Protocol()


@pytest.mark.parametrize("key", KEYS)
def test_digest_changes_with_each_value(key):
    other = {
        "training.learning_rate": 2e-3,
        "training.epochs": 301,
        "training.momentum": 0.8,
        "training.flip": True,
        "training.loss": "dice",
        "size": 65,
    }
    changed = replace(Protocol(), {key: other[key]})
    assert protocol_digest(changed) != protocol_digest(Protocol())
    assert protocol_digest(changed, (key,)) == protocol_digest(Protocol(), (key,))


@dataclass(frozen=True)
class Sizes:
    patch: tuple = chosen((4, 6), "small")
    training: Training = field(default_factory=Training)


def test_a_recorded_protocol_is_read_back():
    recorded = Sizes(patch=(8, 9), training=Training(epochs=7))
    values = json.loads(json.dumps(as_dict(recorded)))
    assert from_dict(Sizes(), values) == recorded


def test_as_dict_is_json_and_nested_like_the_protocol():
    values = as_dict(Protocol(size=32))
    assert json.loads(json.dumps(values)) == values
    assert values["size"] == 32
    assert values["training"]["loss"] == "bce"


@pytest.mark.parametrize(
    "limits, good, bad",
    [
        (Limits(options=("a", "b")), "a", "c"),
        (Limits(min=1), 1, 0),
        (Limits(max=0.9), 0.9, 0.91),
        (Limits(multiple=32), 64, 100),
        (Limits(min=0.0), 0.0, float("nan")),
    ],
)
def test_limits(limits, good, bad):
    assert limits.broken_by(good) is None
    assert limits.broken_by(bad)


@dataclass(frozen=True)
class Tiling:
    patch: tuple[int, int] = chosen((96, 96), "height and width")


def test_a_tuple_is_read_from_text():
    assert replace(Tiling(), {"patch": "[64, 80]"}) == Tiling((64, 80))
    for wrong in ("[64]", "[64, 8.5]", "[1, 2, 3]", "64"):
        with pytest.raises(UserError, match="type tuple"):
            replace(Tiling(), {"patch": wrong})


@dataclass(frozen=True)
class Weighting:
    weights: tuple[float, ...] = chosen((1.0, 2.0, 4.0), "of three maps")


def test_whole_numbers_are_floats_in_a_tuple_of_floats():
    changed = replace(Weighting(), {"weights": "[1, 1.5, 1]"})
    assert changed == Weighting((1.0, 1.5, 1.0))
    assert [type(weight) for weight in changed.weights] == [float] * 3
    same = replace(Weighting(), {"weights": "[1,2,4]"})
    assert protocol_digest(same) == protocol_digest(Weighting())
    with pytest.raises(UserError, match="type tuple"):
        replace(Weighting(), {"weights": "[1, 2, true]"})


@dataclass(frozen=True)
class Grown(Tiling):
    overlap: int = chosen(0, "came later", min=0, added=True)


def test_an_added_value_leaves_earlier_runs_their_hash():
    assert protocol_digest(Grown()) == protocol_digest(Tiling())
    changed = replace(Grown(), {"overlap": 8})
    assert protocol_digest(changed) != protocol_digest(Grown())
    assert protocol_digest(changed, ("overlap",)) == protocol_digest(Tiling())
    assert [entry.key for entry in describe(Grown())] == ["patch", "overlap"]
    assert from_dict(Grown(), as_dict(Tiling())) == Grown()
    with pytest.raises(UserError, match="at least 0"):
        replace(Grown(), {"overlap": -1})


@dataclass(frozen=True)
class Limited:
    rate: float = chosen(0.5, "half", min=0.0)
    sizes: tuple = chosen((1, 2), "small")


@pytest.mark.parametrize(
    "values", [{"rate": "fast"}, {"rate": -1.0}, {"rate": [1]}, {"sizes": [1, "b"]}]
)
def test_values_of_another_kind_are_no_protocol(values):
    with pytest.raises(TypeError, match=next(iter(values))):
        from_dict(Limited(), values)
    assert from_dict(Limited(), {"rate": 2, "sizes": [3]}).sizes == (3,)
    assert from_dict(Limited(), {"rate": None}).rate is None


def test_a_field_of_nothing_is_no_protocol():
    with pytest.raises(AttributeError, match="no field speed"):
        from_dict(Limited(), {"speed": 1})
