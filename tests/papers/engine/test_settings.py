"""A user's settings of Keras and TensorFlow are set, refused or recorded."""

import json

import pytest

from common.errors import UserError
from papers.engine import environment
from papers.engine.settings import check_settings, outside_settings, say_settings
from tests.disks import run_python

SHOW = """
from papers.engine.quiet import import_tensorflow
import_tensorflow()
import keras
from papers.linkdsl.networks import linknet
c = keras.config
numbers = c.floatx(), c.epsilon(), c.dtype_policy().name
print(c.backend(), c.image_data_format(), *numbers)
network = linknet((64, 64, 1), base_filters=4)
print(network.output_shape, network.layers[1].variable_dtype)
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "")  # as if it were not set
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path


def test_what_can_be_set_is_set(home):
    values = {"floatx": "float16", "image_data_format": "channels_first"}
    values |= {"backend": "jax", "epsilon": 1e-3}
    (home / "keras.json").write_text(json.dumps(values))
    done = run_python(SHOW)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "tensorflow channels_last float32 1e-07 float32",
        "(None, 64, 64, 1) float32",
    ]


@pytest.mark.parametrize(
    "values, message",
    [
        ([], "keras.json.*object of JSON.*delete"),
        ({"floatx": "bfloat16"}, "keras.json.*floatx.*Received: bfloat16"),
        ({"image_data_format": None}, "keras.json.*channels_last.*Received: None"),
        ({"epsilon": "1e-7"}, "keras.json.*epsilon"),
    ],
)
def test_a_file_with_which_keras_cannot_start_is_named(home, values, message):
    (home / "keras.json").write_text(json.dumps(values))
    with pytest.raises(UserError, match=message):
        check_settings()


@pytest.mark.parametrize("content", [None, "{}", "no JSON", '{"floatx": "float64"}'])
def test_a_file_with_which_keras_starts(home, content):
    if content is not None:
        (home / "keras.json").write_text(content)
    assert check_settings() is None


@pytest.mark.parametrize(
    "name, value",
    [("KERAS_BACKEND", "jax"), ("KERAS_MAX_EPOCHS", "1")]
    + [("KERAS_MAX_STEPS_PER_EPOCH", "x")],
)
def test_a_variable_with_which_nothing_works_is_named(home, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=f"{name}: .*Received: {value}.*unset {name}"):
        check_settings()
    # Its advice works.
    monkeypatch.delenv(name)
    check_settings()


def test_what_cannot_be_set_is_recorded(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    numbers = {"TF_ENABLE_ONEDNN_OPTS": "0", "NVIDIA_TF32_OVERRIDE": "1"}
    numbers |= {"ONEDNN_DEFAULT_FPMATH_MODE": "BF16", "TF_DETERMINISTIC_OPS": "0"}
    for name, value in numbers.items():
        monkeypatch.setenv(name, value)
    found = outside_settings()
    assert numbers.items() <= found.items()
    assert not [name for name in found if name.startswith("TF_CPP")]
    assert environment.describe()["settings"] == found
    lines = []
    say_settings(lines.append)
    assert "TF_ENABLE_ONEDNN_OPTS=0" in lines[0]
    for name in found:
        monkeypatch.delenv(name)
    say_settings(lines.append)
    assert len(lines) == 1


def test_what_tensorflow_sets_itself_is_not_said(monkeypatch):
    monkeypatch.setenv("TF2_BEHAVIOR", "1")
    assert "TF2_BEHAVIOR" not in outside_settings()
    monkeypatch.setenv("TF2_BEHAVIOR", "0")
    assert outside_settings()["TF2_BEHAVIOR"] == "0"


IMPORTS = """
import atexit, gc
searches = []
gc.callbacks.append(lambda phase, info: searches.append((phase, info["generation"])))
atexit.register(lambda: print(gc.get_freeze_count() - kept))  # after later ones
from papers.engine.quiet import import_tensorflow
searches.clear()
import_tensorflow()
print(len([one for one in searches if one == ("start", 2)]), gc.isenabled())
kept = gc.get_freeze_count()
print(kept > 500_000)
more = [[] for _ in range(1000)]
"""


def test_what_is_imported_is_no_garbage():
    done = run_python(IMPORTS)
    searches, many, at_the_end = done.stdout.splitlines()
    assert searches == "0 True", done.stderr
    assert many == "True"
    assert int(at_the_end) >= 1000  # frozen again: nothing is left to be searched
