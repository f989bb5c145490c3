"""Masks of slices from finished runs."""

import keras
import numpy as np
import pytest

from common.errors import UserError
from common.evidence import as_dict, replace
from common.files import write_json
from data.figshare.dataset import FigshareDataset
from data.normalize import min_max, resize_area
from papers.engine.predict import command as weights
from papers.linkdsl.experiment import build_network
from papers.linkdsl.inference import SliceSegmenter
from papers.linkdsl.protocol import METHODS, Protocol
from tests.rounding import assert_close

SIZE = 64
# Forty convolutions, each of sums of at most a thousand terms.
TERMS = 40_000


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Finished runs of Dual-Scale LinkNet and of the cascade behind it."""
    root = tmp_path_factory.mktemp("runs")
    changes = {"preparation.image_size": SIZE, "network.base_filters": 16}
    protocol = replace(Protocol(), changes)
    for method_id, previous in (("dual", None), ("cdsl", "dual-run")):
        keras.utils.set_random_seed(3)
        method = next(method for method in METHODS if method.id == method_id)
        model = build_network(method, protocol)
        folder = root / f"{method_id}-run"
        folder.mkdir()
        model.save_weights(folder / "best.weights.h5")
        job = {"method": method_id, "previous": previous, "seed": 0}
        write_json(folder / "job.json", job | {"protocol": as_dict(protocol)})
        write_json(folder / "finished.json", {})
    return root


@pytest.fixture(scope="module")
def segmenters(runs):
    """The segmenters of both runs, each compiled once for all tests."""
    return {name: SliceSegmenter(runs / f"{name}-run") for name in ("dual", "cdsl")}


def probability(folder, protocol, inputs):
    """What the network of a run gives, straight from Keras."""
    method_id = folder.name.removesuffix("-run")
    method = next(method for method in METHODS if method.id == method_id)
    model = build_network(method, protocol)
    model.load_weights(folder / "best.weights.h5")
    return np.asarray(model(inputs, training=False))


def test_probability_is_the_networks(runs, segmenters, phantom_root):
    dataset = FigshareDataset(phantom_root)
    image = dataset.read(dataset[0]).image
    scaled = resize_area(min_max(image), SIZE)[None, ..., None]
    protocol = segmenters["dual"].protocol
    first = probability(runs / "dual-run", protocol, scaled)
    received = segmenters["dual"].probability(image)
    assert_close(received, first[0, ..., 0], TERMS, scale=1)
    both = np.concatenate([scaled, first], axis=-1)
    second = probability(runs / "cdsl-run", protocol, both)
    received = segmenters["cdsl"].probability(image)
    assert_close(received, second[0, ..., 0], TERMS, scale=1)


def test_mask_lies_where_the_probability_is(segmenters, monkeypatch):
    segmenter = segmenters["dual"]
    soft = np.zeros((SIZE, SIZE), np.float32)
    soft[8:16, 24:32] = 1
    monkeypatch.setattr(segmenter, "probability", lambda image: soft)
    mask = segmenter(np.zeros((4 * SIZE, 2 * SIZE), np.int16))
    rows, columns = np.nonzero(mask)
    assert mask.dtype == bool and mask.shape == (4 * SIZE, 2 * SIZE)
    assert (rows.min(), rows.max()) == (32, 63)
    assert (columns.min(), columns.max()) == (48, 63)


def test_files_and_folders(
    runs, segmenters, phantom_root, tmp_path, capsys, monkeypatch
):
    options = {"modalities": {}, "weights": runs / "cdsl-run", "force": False}
    dataset = FigshareDataset(phantom_root)
    out = tmp_path / "mask.png"
    path = dataset[0].label
    weights.predict("linkdsl", case=path, out=out, **options)
    written = np.asarray(keras.utils.load_img(out, color_mode="grayscale"))
    expected = segmenters["cdsl"](dataset.read(dataset[0]).image)
    np.testing.assert_array_equal(written, 255 * expected.astype(np.uint8))

    # The same networks again, without compiling them again.
    again = lambda folder, force: segmenters["cdsl"]  # noqa: E731
    monkeypatch.setattr("papers.linkdsl.inference.segmenter", again)
    slices = tmp_path / "slices"
    slices.mkdir()
    (slices / "a.mat").write_bytes(path.read_bytes())
    keras.utils.save_img(slices / "b.png", np.ones((50, 40, 1)), scale=False)
    (slices / "c.png").write_bytes(b"no image")
    with pytest.raises(UserError, match="1 that cannot, the first c"):
        weights.predict("linkdsl", case=slices, out=tmp_path / "masks", **options)
    names = sorted(path.name for path in (tmp_path / "masks").iterdir())
    assert names == ["a.png", "b.png"]
    assert (tmp_path / "masks" / "a.png").read_bytes() == out.read_bytes()
    assert "c.png" in capsys.readouterr().out


def test_what_is_no_run_is_refused(runs, tmp_path):
    with pytest.raises(UserError, match="no run"):
        SliceSegmenter(tmp_path)
    with pytest.raises(UserError, match="gray .png"):
        weights.predict(
            "linkdsl", runs / "x.jpg", {}, runs / "dual-run", tmp_path / "a.png", False
        )
    with pytest.raises(UserError, match="files of modalities"):
        files = {"flair": runs / "x.nii"}
        weights.predict(
            "linkdsl", None, files, runs / "dual-run", tmp_path / "a.png", False
        )
