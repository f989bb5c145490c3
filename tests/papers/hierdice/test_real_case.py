"""The real `.mha` case of BraTS 2015 through the whole path, at 240x240."""

from itertools import islice

import keras
import numpy as np
import pytest

from common.evidence import as_dict, replace
from common.files import write_json
from common.training.towers import sequential
from common.training.weights import save_weights
from data.splits.split import Split
from data.volume.files import read_geometry, read_volume
from papers.engine.console import Console
from papers.engine.predict.volumes import VolumeFiles
from papers.hierdice.experiment import Experiment
from papers.hierdice.inference import segmenter
from papers.hierdice.protocol import METHODS, Protocol
from papers.hierdice.scores import score_slices

pytestmark = pytest.mark.real


def test_from_the_files_of_a_scan_to_a_file_on_its_grid(shared_data, tmp_path):
    dataset = Experiment.open_dataset(shared_data / "brats" / "brats2015")
    (case,) = dataset
    assert {path.suffix for path in (*case.images.values(), case.label)} == {".mha"}
    changes = {
        "slices.group": "all",
        "network.base_filters": 4,
        "training.tower_size": 2,
    }
    protocol = replace(Protocol(), changes)
    cache = Experiment.prepared_cache(tmp_path / "cache", dataset, protocol)
    Experiment.prepare(dataset, cache, protocol, Console(), workers=1)
    keras.utils.set_random_seed(0)
    method = next(m for m in METHODS if m.id == "resunet-hierarchical")
    split = Split(0, (case.id,), (), (case.id,))
    one = Experiment(
        method, protocol, cache, split, 0, dataset=dataset, folder=tmp_path
    )

    lines = []
    one.before_training(lines.append)
    assert "74 of 155 of 1 cases" in lines[0]
    assert "132 (about 728)" in lines[3]
    model, optimizer = one.build(), one.optimizer()
    assert model.input_shape == (None, 240, 240, 4)
    optimizer.build(model.trainable_variables)
    before = model.get_weights()
    # One tower: to compile three takes three times as long.
    step = sequential(1).make_step(model, one.loss(), optimizer)
    assert all(np.isfinite(float(step(*batch))) for batch in islice(one.stream(0), 2))
    assert any((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))
    for name in ("last", "average"):
        save_weights(model, tmp_path / f"{name}.weights.h5")

    _, row = next(one.evaluate(model))
    counts = [row[f"wt_whole_{name}"] for name in ("tp", "fp", "fn", "tn")]
    assert sum(counts) == 155 * 240 * 240
    assert row["wt_slices"] == 74

    job = {"method": method.id, "protocol": as_dict(protocol)}
    write_json(tmp_path / "job.json", job)
    write_json(tmp_path / "finished.json", {})
    path = tmp_path / "seg.mha"
    VolumeFiles().predict_file(segmenter(tmp_path), case, path)
    labels, geometry = read_volume(path)
    of_scan = read_geometry(case.images["flair"])
    assert geometry.shape == of_scan.shape == (155, 240, 240)
    np.testing.assert_allclose(geometry.affine, of_scan.affine, atol=1e-6)
    again = score_slices(labels, dataset.read_labels(case))
    assert {name: row[name] for name in again} == pytest.approx(again, nan_ok=True)
