"""Networks that are released, trained or converted, and scans without a brain."""

import re
import shutil
from functools import partial

import keras
import numpy as np
import pytest

from common.files import sha256, write_json
from papers import registry
from papers.anisocascade import inference, released_weights
from papers.anisocascade.networks import wnet
from papers.anisocascade.preprocessing import prepare
from papers.anisocascade.released_weights import (
    MANIFEST,
    import_released,
    load_checkpoint,
    load_released,
    weights_file,
)
from tests.papers.anisocascade.test_experiment import write_run
from tests.papers.anisocascade.test_released_weights import write_checkpoint

RELEASED = "papers/anisocascade/released_weights.py"
PREPROCESSING = "papers/anisocascade/preprocessing.py"
PAPER = registry.paper("anisocascade")


def tiny(*_, name=None):
    """Stands for a network where only its name and file matter."""
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)], name=name)


@pytest.fixture(scope="module")
def small():
    return wnet((9, 4, 4, 4), 4)


def test_a_whole_cascade(told, tmp_path, monkeypatch):
    folder, segmenter = tmp_path / "runs", inference.segmenter
    monkeypatch.setattr(inference, "build", tiny)
    monkeypatch.setattr(inference, "Segmenter", lambda models, *_: set(models))
    names = [m.id for m in PAPER.methods if m.id.endswith("net-axial")]
    whole = {(stage, "axial") for stage in ("whole", "core", "enhancing")}

    def train(seed):
        protocol = PAPER.published
        return [write_run(folder, one, tiny(), protocol, seed) for one in names]

    place = "papers/anisocascade/inference.py:segmenter"
    with told(place) as caught:
        segmenter(folder)
    assert "`make train-anisocascade`" in caught.value.next_step
    runs = train(seed=0)
    assert segmenter(folder) == whole
    train(seed=1)
    with told(place) as caught:
        segmenter(folder)
    assert "name one of these runs with --weights" in caught.value.next_step
    (name, *_) = caught.value.received.removeprefix("several, with ").split(", ")
    assert name in {run.name for run in runs}
    assert segmenter(folder / name) == whole


def test_a_brain_in_all_modalities(told):
    volumes = [np.ones((20, 20, 20), np.float32) for _ in range(4)]
    dark = np.zeros_like(volumes[0])
    with told(f"{PREPROCESSING}:prepare") as caught:
        prepare([dark, *volumes[1:]], PAPER.published.inference)
    assert "correct or remove it" in caught.value.next_step
    with told(f"{PREPROCESSING}:_statistics") as caught:
        prepare([*volumes[:3], dark], PAPER.published.inference)
    assert "correct or remove it" in caught.value.next_step
    assert prepare(volumes, PAPER.published.inference).brain.any()


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (f"{RELEASED}:load_checkpoint", {"net/other/w": np.zeros(3, np.float32)}),
        (f"{RELEASED}:load_checkpoint", {"net/final_pred/w": np.zeros(3, np.float32)}),
        (f"{RELEASED}:_read", {"net/fuse1_norm/beta": np.full(4, np.nan, np.float32)}),
        (f"{RELEASED}:_read", None),
    ],
)
def test_a_checkpoint_is_downloaded_again(
    told, small, tmp_path, monkeypatch, place, change
):
    def as_here(name):
        return name.replace("/w", "/kernel")

    monkeypatch.setattr(released_weights, "keras_path", as_here)
    path = tmp_path / "one.ckpt"
    write_checkpoint(path, small, **(change or {}))
    if change is None:
        path.with_name("one.ckpt.index").write_bytes(b"no")
    with told(place) as caught:
        load_checkpoint(small, path)
    step = caught.value.next_step
    assert step.startswith("download the nine checkpoints of model17")
    write_checkpoint(path, small)
    assert load_checkpoint(small, path)["variables"] == 125


def test_checkpoints_that_lack(told, tmp_path, monkeypatch):
    """With all nine, the next complaint is of what is in them."""
    networks = dict.fromkeys(released_weights.NETWORKS, tiny)
    monkeypatch.setattr(released_weights, "NETWORKS", networks)
    with told(f"{RELEASED}:import_released") as caught:
        import_released(tmp_path / "source", tmp_path / "target")
    assert "nine checkpoints" in caught.value.next_step
    (tmp_path / "source").mkdir()
    for name in released_weights.CHECKPOINTS.values():
        for ending in ("index", "data-00000-of-00001"):
            (tmp_path / "source" / f"{name}.{ending}").write_bytes(b"no")
    with told(f"{RELEASED}:_read"):
        import_released(tmp_path / "source", tmp_path / "target")


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Imports one small network, as `import_released` leaves it."""

    monkeypatch.setitem(released_weights.NETWORKS, "wnet", tiny)

    def write(folder):
        folder.mkdir()
        file = folder / weights_file("wnet", "axial")
        tiny().save_weights(file)
        row = {"file": file.name, "sha256": sha256(file)}
        write_json(folder / MANIFEST, {"networks": [row]})
        return file

    return write


def test_imported_weights_that_lack_or_were_changed(told, tmp_path, imported):
    """What was changed is in the way of importing it again."""
    folder = tmp_path / "my weights"
    load = partial(load_released, folder, "wnet", "axial")
    with told(f"{RELEASED}:load_released") as caught:
        load()
    step = caught.value.next_step
    file = imported(folder)
    assert load().name == "wnet_axial"
    file.write_bytes(file.read_bytes()[:1000])
    with told(f"{RELEASED}:load_released") as caught:
        load()
    assert caught.value.next_step == step
    with told(f"{RELEASED}:_check_target") as refused:
        import_released(tmp_path, folder)
    assert "name another folder with TO=" in refused.value.next_step
    (deleted, target) = re.fullmatch(
        r"delete (.*), then `make import-weights FROM=folder TO=([^`]*)`; or, .*", step
    ).groups()
    assert deleted == str(folder) and target.strip("'") == deleted
    shutil.rmtree(deleted)
    imported(folder)
    assert load().name == "wnet_axial"


def test_a_manifest_of_something_else(told, tmp_path, imported):
    file = imported(tmp_path / "weights")
    good = (file.parent / MANIFEST).read_text()
    (file.parent / MANIFEST).write_text("{}")
    with told(f"{RELEASED}:_listed") as caught:
        load_released(file.parent, "wnet", "axial")
    assert caught.value.next_step.startswith(f"delete {file.parent}, then `make ")
    (file.parent / MANIFEST).write_text(good)
    assert load_released(file.parent, "wnet", "axial")
