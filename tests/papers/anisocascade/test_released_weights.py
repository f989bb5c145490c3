"""The import of the released checkpoints: all of them, none left over."""

import shutil

import numpy as np
import pytest
import tensorflow as tf

from common.errors import UserError
from common.files import read_json, sha256, write_json
from papers.anisocascade.networks import wnet
from papers.anisocascade.released_weights import (
    CHECKPOINTS,
    holds_released,
    import_released,
    keras_path,
    load_checkpoint,
    load_released,
)

STEPS = {"wnet": 3 * [30_000], "tnet": [40_000, 50_000, 50_000], "enet": 3 * [20_000]}


@pytest.fixture(scope="module")
def released(shared_data):
    return shared_data / "brats17_weights"


@pytest.fixture(scope="module")
def imported(released, tmp_path_factory):
    folder, lines = tmp_path_factory.mktemp("weights") / "released", []
    import_released(released, folder, lines.append)
    assert len(lines) == 9
    return folder


@pytest.mark.parametrize(
    "name, path",
    [
        ("block1_1/bn_0/gamma", "block1_1_norm_0/gamma"),
        ("block3_2/prelu_acti_1/alpha", "block3_2_norm_1/alpha"),
        ("block4_3/conv_1/w", "block4_3_conv_1/kernel"),
        ("fuse2_bn_prelu/conv_/w", "fuse2_conv/kernel"),
        ("fuse2_bn_prelu/prelu_acti_/alpha", "fuse2_norm/alpha"),
        ("pred_up2_1_bn_prelu/deconv_/w", "pred_up2_1_conv/kernel"),
        ("pred_up2_1_bn_prelu/bn_/beta", "pred_up2_1_norm/beta"),
        ("pred1/w", "pred1/kernel"),
    ],
)
def test_names(name, path):
    assert keras_path(name) == path


def write_checkpoint(path, model, **changed):
    """Writes a network's weights as a checkpoint with the original's names."""
    values = {}
    for weight in model.weights:
        layer, leaf = weight.path.split("/")
        leaf = {"kernel": "w"}.get(leaf, leaf)
        values[f"net/{layer}/{leaf}"] = weight.numpy()
    values |= changed
    tf.raw_ops.SaveV2(
        prefix=str(path),
        tensor_names=list(values),
        shape_and_slices=[""] * len(values),
        tensors=list(values.values()),
    )


@pytest.fixture(scope="module")
def small():
    return wnet((9, 4, 4, 4), 4)


def test_variables_that_do_not_fit_are_named(small, tmp_path, monkeypatch):
    module = "papers.anisocascade.released_weights"
    monkeypatch.setattr(
        f"{module}.keras_path", lambda name: name.replace("/w", "/kernel")
    )
    whole = tmp_path / "whole"
    write_checkpoint(whole, small, **{"net/final_pred/w/Adam": np.zeros(3)})
    report = load_checkpoint(wnet((9, 4, 4, 4), 4), whole)
    assert report["variables"] == 125
    assert report["unused"] == {"optimizer slots": 1}
    assert report["steps"] is None
    cases = {
        "left over": {"net/other/w": np.zeros(3, np.float32)},
        "shape": {"net/final_pred/w": np.zeros(3, np.float32)},
        "finite": {"net/fuse1_norm/beta": np.full(4, np.nan, np.float32)},
    }
    for message, change in cases.items():
        write_checkpoint(tmp_path / "bad", small, **change)
        with pytest.raises(UserError, match=message):
            load_checkpoint(wnet((9, 4, 4, 4), 4), tmp_path / "bad")
    with pytest.raises(UserError, match="missing"):
        load_checkpoint(wnet((9, 4, 4, 4), (4, 4, 6, 6)), whole)


def test_missing_and_damaged_files(tmp_path, small):
    with pytest.raises(UserError, match="nine checkpoints"):
        import_released(tmp_path, tmp_path / "target")
    assert not (tmp_path / "target").exists()
    with pytest.raises(UserError, match="imported weights and nothing else"):
        import_released(tmp_path, tmp_path)
    (tmp_path / "bad.index").write_bytes(b"no checkpoint")
    (tmp_path / "bad.data-00000-of-00001").write_bytes(b"neither")
    with pytest.raises(UserError, match="TensorFlow checkpoint"):
        load_checkpoint(small, tmp_path / "bad")


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


@pytest.mark.parametrize(
    "file, damage, message",
    [
        ("data-00000-of-00001", lambda content: content[: len(content) // 2], "Read"),
        ("data-00000-of-00001", lambda content: b"", "data-.*an empty file"),
        ("data-00000-of-00001", lambda content: LFS, "a pointer of Git LFS"),
        ("data-00000-of-00001", lambda content: None, "No such file"),
        ("index", lambda content: content[:-1], "sstable"),
        ("index", lambda content: b"", "index: an empty file"),
        ("index", lambda content: LFS, "a pointer of Git LFS"),
    ],
)
def test_cut_checkpoints(tmp_path, small, file, damage, message):
    write_checkpoint(tmp_path / "cut", small)
    path = tmp_path / f"cut.{file}"
    content = damage(path.read_bytes())
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=f"TensorFlow checkpoint.*{message}") as error:
        load_checkpoint(small, tmp_path / "cut")
    assert "\n" not in str(error.value)


def test_a_target_with_other_files_is_refused(tmp_path):
    write_json(tmp_path / "manifest.json", {"name": "mine"})
    with pytest.raises(UserError, match="no manifest.*--to"):
        import_released(tmp_path, tmp_path)
    weights = tmp_path / "a.weights.h5"
    weights.write_bytes(b"weights")
    networks = [{"file": weights.name, "sha256": sha256(weights)}]
    write_json(tmp_path / "manifest.json", {"networks": networks})
    with pytest.raises(UserError, match="nine checkpoints"):
        import_released(tmp_path, tmp_path)
    weights.write_bytes(b"changed")
    with pytest.raises(UserError, match="a.weights.h5.*--to"):
        import_released(tmp_path, tmp_path)
    weights.unlink()
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="notes.txt.*--to"):
        import_released(tmp_path, tmp_path)
    assert (tmp_path / "notes.txt").exists()


@pytest.mark.real
def test_every_variable_is_accounted_for(imported, released):
    manifest = read_json(imported / "manifest.json")
    assert [row["checkpoint"] for row in manifest["networks"]] == [
        *CHECKPOINTS.values()
    ]
    for row in manifest["networks"]:
        enet = row["network"] == "enet"
        assert row["variables"] == (110 if enet else 125)
        assert row["parameters"] == (204_396 if enet else 214_470)
        names = tf.train.list_variables(str(released / row["checkpoint"]))
        assert row["variables"] + sum(row["unused"].values()) == len(names)
        assert row["unused"]["optimizer slots"] == 2 * row["variables"]
    steps = {net: [] for net in STEPS}
    for row in manifest["networks"]:
        steps[row["network"]].append(row["steps"])
    assert steps == STEPS
    assert "BSD-3-Clause" in manifest["license"]
    assert (imported / "LICENSE.txt").read_text().startswith("Copyright (c) 2017-2018")


@pytest.mark.real
def test_weights_are_those_of_the_checkpoint(imported, released):
    model = load_released(imported, "tnet", "coronal")
    reader = tf.train.load_checkpoint(str(released / CHECKPOINTS["tnet", "coronal"]))
    scope = "MSNet_TC32cr"
    for name, layer, leaf in (
        ("block3_2/conv_1/w", "block3_2_conv_1", "kernel"),
        ("pred_up3_2_bn_prelu/deconv_/w", "pred_up3_2_conv", "kernel"),
        ("fuse4_bn_prelu/prelu_acti_/alpha", "fuse4_norm", "alpha"),
    ):
        weight = getattr(model.get_layer(layer), leaf)
        np.testing.assert_array_equal(weight, reader.get_tensor(f"{scope}/{name}"))


@pytest.mark.real
def test_changed_weights_are_refused(imported, tmp_path):
    folder = shutil.copytree(imported, tmp_path / "copy")
    file = folder / "enet_axial.weights.h5"
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    with pytest.raises(UserError, match="changed"):
        load_released(folder, "enet", "axial")
    file.unlink()
    with pytest.raises(UserError, match="none"):
        load_released(folder, "enet", "axial")


@pytest.mark.parametrize("name", ["../a", "a\0b", 5])
def test_a_manifest_of_other_files_is_no_import(tmp_path, name):
    (tmp_path / "a").write_bytes(b"1")
    row = {"file": name, "sha256": sha256(tmp_path / "a"), "source_sha256": {"x": "0"}}
    for known, found in (("a", True), (name, False)):
        write_json(
            tmp_path / "in" / "manifest.json", {"networks": [row | {"file": known}]}
        )
        (tmp_path / "in" / "a").write_bytes(b"1")
        assert holds_released(tmp_path / "in", {"x": "0"}) == found
