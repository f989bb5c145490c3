"""States on disk: two generations, of which only an intact one is restored."""

import shutil

import keras
import numpy as np
import pytest

from common.errors import UserError
from common.files import digest, read_json, sha256, write_json
from common.training.state import StateStore
from tests.disks import run_python, small_disk

SHAPES = {"kernel": (3, 2), "bias": (2,), "iteration": ()}


def variables(value=0.0, shapes=SHAPES):
    return [
        keras.Variable(np.full(shape, value + i, np.float32), name=name)
        for i, (name, shape) in enumerate(shapes.items())
    ]


def values(some):
    return [np.asarray(variable).mean() for variable in some]


@pytest.fixture
def store(tmp_path):
    """States of steps 10 and 20; their variables are filled with the step."""
    store = StateStore(tmp_path / "state", "this run")
    for step in (10, 20):
        store.save(step, variables(step), {"history": [step]})
    return store


def folders(store):
    return sorted(path.name for path in store.folder.iterdir())


def test_restores_the_newest(store):
    fresh = variables()
    again = StateStore(store.folder, "this run")
    assert again.restore(fresh) == (20, {"history": [20]})
    assert values(fresh) == [20, 21, 22]
    assert again.newest() == (20, {"history": [20]})


def test_no_state_yet(tmp_path):
    fresh = variables(5)
    store = StateStore(tmp_path / "state", "this run")
    assert store.restore(fresh) is None
    assert store.newest() is None
    assert values(fresh) == [5, 6, 7]


@pytest.mark.parametrize("text", ['"no object"', '{"digest": 1}', "[" * 100_000])
def test_a_manifest_of_something_else_is_a_damaged_state(store, text):
    (store.folder / "step-000000020" / "manifest.json").write_text(text)
    assert store.restore(variables())[0] == store.newest()[0] == 10


def resigned(folder, **changes):
    """Writes a manifest whose checksums are right, whatever it says."""
    values = read_json(folder / "manifest.json") | changes
    values |= {"sha256": sha256(folder / "variables.h5")}
    values["digest"] = digest({k: values[k] for k in values if k != "digest"})
    write_json(folder / "manifest.json", values)


@pytest.mark.parametrize("changes", [{"step": "20"}, {"key": 5}, {"extra": []}])
def test_a_manifest_with_other_values_is_a_damaged_state(store, changes):
    resigned(store.folder / "step-000000020", **changes)
    assert store.restore(variables())[0] == 10


def test_variables_that_hdf5_cannot_read(store):
    path = store.folder / "step-000000020" / "variables.h5"
    path.write_bytes(path.read_bytes().replace(b"SNOD", b"SNOB"))
    resigned(path.parent)
    with pytest.raises(UserError, match="variables.h5: expected the 3 variables"):
        store.restore(variables())


def test_keeps_the_two_newest(store):
    store.save(30, variables(30), {})
    assert folders(store) == ["step-000000020", "step-000000030"]


def flip_byte(folder):
    path = folder / "variables.h5"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def truncate(name):
    def damage(folder):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    damage.__name__ = f"truncate {name}"
    return damage


def delete(name):
    def damage(folder):
        (folder / name).unlink()

    damage.__name__ = f"delete {name}"
    return damage


def empty_manifest(folder):
    (folder / "manifest.json").write_text("{}")


def list_as_manifest(folder):
    (folder / "manifest.json").write_text("[]")


def other_history(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"history"', '"other"'))


DAMAGES = [
    flip_byte,
    truncate("variables.h5"),
    truncate("manifest.json"),
    delete("variables.h5"),
    delete("manifest.json"),
    empty_manifest,
    list_as_manifest,
    other_history,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damaged_newest_falls_back_to_the_older(store, damage):
    damage(store.folder / "step-000000020")
    fresh = variables()
    assert store.restore(fresh) == (10, {"history": [10]})
    assert values(fresh) == [10, 11, 12]
    assert store.newest() == (10, {"history": [10]})


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_all_damaged(store, damage):
    for folder in store.folder.iterdir():
        damage(folder)
    fresh = variables(5)
    with pytest.raises(UserError, match="Received: 2 damaged") as caught:
        store.restore(fresh)
    assert caught.value.file == str(store.folder)
    assert "delete the folder" in caught.value.next_step
    assert values(fresh) == [5, 6, 7]
    assert store.newest() is None


def test_leftovers_of_a_killed_save_are_not_a_state(store):
    intact = store.folder / "step-000000020"
    shutil.copytree(intact, store.folder / ".step-000000030.4711.tmp")
    assert store.restore(variables())[0] == 20
    store.save(30, variables(30), {})
    assert store.restore(variables())[0] == 30


def test_another_runs_state_is_refused(store):
    fresh = variables(5)
    other = StateStore(store.folder, "another run")
    with pytest.raises(UserError, match="state of another run, this run"):
        other.restore(fresh)
    assert values(fresh) == [5, 6, 7]


@pytest.mark.parametrize(
    "shapes",
    [
        {"kernel": (3, 2), "bias": (2,)},
        {**SHAPES, "momentum": ()},
        {"kernel": (2, 3), "bias": (2,), "iteration": ()},
        {"bias": (3, 2), "kernel": (2,), "iteration": ()},
    ],
    ids=["fewer", "more", "other shape", "other names"],
)
def test_another_models_state_is_refused(store, shapes):
    fresh = variables(5, shapes)
    with pytest.raises(UserError, match="variables that do not match"):
        store.restore(fresh)
    assert values(fresh) == [5 + i for i in range(len(shapes))]


def test_failed_save_leaves_the_earlier_states(store, monkeypatch):
    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("common.files.sync", full)
    with pytest.raises(UserError, match="No space left on device"):
        store.save(30, variables(30), {})
    assert folders(store) == ["step-000000010", "step-000000020"]
    assert store.restore(variables())[0] == 20


FILL = """
import sys
import numpy as np
from common.errors import UserError
from common.training.state import StateStore

class Variable(np.ndarray):
    path = "kernel"

    def assign(self, values):
        self[...] = values

def variable(value, size):
    return np.full(size, value, np.float32).view(Variable)

saved, full = 0, []
store = StateStore(sys.argv[1], "key")
for step, size in enumerate(range(100, 6000, 100), 1):
    try:
        store.save(step, [variable(step, size)], {})
        saved, saved_size = step, size
    except UserError as error:
        full.append(error.received)
    fresh = np.zeros(saved_size, np.float32).view(Variable)
    assert store.restore([fresh]) == (saved, {}), step
    assert (fresh == saved).all()
print(saved, len(full), *set(full), sep=";")
"""


def test_full_disk(tmp_path):
    with small_disk(tmp_path):
        done = run_python(FILL, tmp_path)
        assert done.returncode == 0, done.stderr
        saved, failed, *reasons = done.stdout.strip().split(";")
        assert int(saved) > 20 and int(failed) > 5
        assert reasons == ["No space left on device"]
