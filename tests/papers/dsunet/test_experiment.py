"""Training data, networks, scores and prediction of the paper, on a small phantom."""

import json

import numpy as np
import pytest

from common.errors import UserError
from common.evidence import as_dict, replace
from common.files import write_json
from common.training.weights import save_weights
from data.batches.symmetry import apply_symmetry
from data.brats.releases import MODALITIES
from data.normalize import standardize_all
from data.phantom.brats.write import write_phantom
from data.splits.split import Split
from data.volume.files import read_volume
from data.volume.resampling import resample, resample_labels
from papers.dsunet.experiment import Experiment
from papers.dsunet.inference import segmenter
from papers.dsunet.preprocessing import labels_of, masks_of
from papers.dsunet.protocol import METHODS, PROFILES, Protocol
from papers.engine.console import Console
from papers.engine.predict.volumes import VolumeFiles
from tests.papers.uncompiled import Uncompiled

BY_ID = {method.id: method for method in METHODS}


@pytest.fixture(scope="module")
def protocol():
    changes = {"network.base_filters": 2, "training.batch_size": 2}
    return replace(replace(Protocol(), PROFILES["demo"]), changes)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, protocol):
    """A phantom of five cases and its cache."""
    folder = tmp_path_factory.mktemp("dsunet")
    write_phantom(folder / "brats", "brats18", hgg=3, lgg=2, shape=(24, 48, 48))
    dataset = Experiment.open_dataset(folder / "brats")
    cache = Experiment.prepared_cache(folder / "cache", dataset, protocol)
    Experiment.prepare(dataset, cache, protocol, Console(), workers=1)
    return dataset, cache


@pytest.fixture
def make(prepared, protocol, tmp_path):
    dataset, cache = prepared
    ids = tuple(case.id for case in dataset)

    def make(method="separable", split=None, changes=None):
        return Experiment(
            BY_ID[method],
            replace(protocol, changes or {}),
            cache,
            split or Split(0, ids[:3], ids[3:4], ids[4:]),
            seed=0,
            dataset=dataset,
            folder=tmp_path,
        )

    return make


@pytest.fixture
def uncompiled(monkeypatch):
    """Where it is not the point that a case is segmented by a compiled network."""
    for name in ("experiment.Predictor", "experiment.FrozenPredictor"):
        monkeypatch.setattr(f"papers.dsunet.{name}", Uncompiled)
    monkeypatch.setattr("papers.dsunet.inference.FrozenPredictor", Uncompiled)


def whole(dataset, case):
    """The case's raw modalities `(…, 4)` and labels in its foreground box."""
    images = np.stack([dataset.read_image(case, m) for m in MODALITIES], -1)
    there = np.nonzero(images.any(-1))
    box = tuple(slice(i.min(), i.max() + 1) for i in there)
    return images[box], dataset.read_labels(case)[box]


def test_batches_are_whole_cases_in_one_of_48_positions(make, prepared):
    dataset, _ = prepared
    one = make()
    assert one.steps_per_epoch == 1
    images, masks = (np.asarray(x) for x in next(iter(one.stream(5))))
    assert images.shape == (2, 32, 32, 32, 4) and masks.shape == (2, 32, 32, 32, 3)
    boxes = [whole(dataset, case) for case in dataset][:3]
    # The code's scaling: means over cases of each box's own, background included.
    mean = np.mean([x.mean((0, 1, 2), dtype=float) for x, _ in boxes], 0)
    std = np.mean([x.std((0, 1, 2), dtype=float) for x, _ in boxes], 0)
    shape = (32, 32, 32)
    inputs = [
        (
            resample(standardize_all(raw, mean, std), shape),
            masks_of(resample_labels(labels, shape)),
        )
        for raw, labels in boxes
    ]
    for image, mask in zip(images, masks, strict=True):
        matches = [
            number
            for of_case, truth in inputs
            for number in range(48)
            if np.array_equal(mask, apply_symmetry(truth, number))
            and np.allclose(image, apply_symmetry(of_case, number), atol=1e-4)
        ]
        assert len(matches) == 1


def test_same_step_again_without_those_before(make):
    first = iter(make().stream(0))
    later = next(iter(make().stream(2)))
    for _ in range(3):
        again = next(first)
    for received, expected in zip(later, again, strict=True):
        np.testing.assert_array_equal(received, expected)


def test_scaling_of_all_cases_is_the_leak(make, prepared):
    _, cache = prepared
    makes = make(), make(changes={"intensity.statistics": "all"})
    mean, leaked = (one._statistics()[0] for one in makes)
    ids = [
        case_id
        for part in ("train", "validation", "test")
        for case_id in getattr(makes[0].split, part)
    ]
    of_all = np.mean([cache.info(i).statistics["box"][0] for i in ids], 0)
    np.testing.assert_allclose(leaked, of_all)
    assert not np.allclose(mean, leaked)


def test_a_crop_keeps_voxels_of_1_mm(make, prepared):
    dataset, cache = prepared
    one = make(changes={"geometry.mode": "crop"})
    case = dataset[0]
    reader, info = one.reader(), cache.info(case.id)
    placement = reader.placement(case.id)
    assert placement.size == placement.shape == (32, 32, 32)
    image = reader.read_image(case.id)
    mean, std = one._statistics()
    start = np.array(placement.start)
    raw = np.stack([dataset.read_image(case, m) for m in MODALITIES], -1)
    padded = np.pad(raw, ((32, 32), (32, 32), (32, 32), (0, 0)))
    there = tuple(slice(s + 32, s + 64) for s in start)
    np.testing.assert_allclose(
        image, standardize_all(padded[there], mean, std), atol=1e-4
    )
    assert info.shape == (24, 48, 48)


def test_labels_and_masks_undo_each_other():
    labels = np.array([[0, 1], [2, 4]], np.uint8)
    masks = masks_of(labels)
    np.testing.assert_array_equal(masks.sum(-1), labels > 0)
    np.testing.assert_array_equal(labels_of(masks, 0.5), labels)
    # Label 3 of 2013 and 2015 is the same tissue as label 1 since.
    np.testing.assert_array_equal(masks_of(np.array([3])), masks_of(np.array([1])))
    maps = np.array([[0.4, 0.49, 0.1], [0.6, 0.7, 0.5], [0.5, 0.1, 0.1]])
    np.testing.assert_array_equal(labels_of(maps, 0.5), [0, 2, 1])


def test_bias_correction_leaves_flair_as_the_code_does():
    correction = Experiment.bias_correction
    assert correction(Protocol()).exclude == ("flair",)
    every = replace(Protocol(), {"preparation.n4_exclude": "none"})
    assert correction(every).exclude == ()
    assert correction(replace(Protocol(), {"preparation.n4": False})) is None


def test_validation_chooses_by_the_lowest_loss_or_is_refused(
    make, prepared, uncompiled
):
    dataset, _ = prepared
    ids = tuple(case.id for case in dataset)
    one = make()
    scores = one.validation(one.build())()
    assert set(scores) == {"val_loss", "val_dice"} | {
        f"val_{name}_dice" for name in ("wt", "tc", "et")
    }
    assert scores["val_dice"] == pytest.approx(1 - scores["val_loss"])
    assert 0 < scores["val_loss"] < 1
    with pytest.raises(UserError, match="validation_share"):
        make(split=Split(0, ids[:4], (), ids[4:])).validation(None)


def test_rate_falls_and_training_ends_as_in_the_original(make):
    """train_isensee2017.py: patience = 10, learning_rate_drop = .5, early_stop = 50."""
    schedule = make(changes={"training.learning_rate": 5e-4}).schedule
    flat = [{"val_loss": 0.5}] * 60
    assert schedule.rate(flat[:10]) == 5e-4
    assert schedule.rate(flat[:11]) == 2.5e-4  # the first epoch and 10 no better
    assert schedule.rate(flat[:21]) == 1.25e-4
    assert not schedule.is_over(flat[:50]) and schedule.is_over(flat[:51])


def test_each_case_is_scored_on_its_own_grid(make, tmp_path, uncompiled):
    one = make()
    model = one.build()
    ((case_id, row),) = one.evaluate(model)
    assert case_id == one.split.test[0]
    assert row["convention"] == "border-max/brats"
    voxels = [row[f"wt_{n}"] for n in ("tp", "fp", "fn", "tn")]
    assert sum(voxels) == 24 * 48 * 48
    dice = [row[f"{region}_dice"] for region in ("wt", "tc", "et")]
    assert row["mean_dice"] == pytest.approx(np.mean(dice))
    assert row["parameters_trained"] == model.count_params()
    kept = tmp_path / "predictions" / f"{case_id}.nii.gz"
    before = kept.stat().st_mtime_ns
    assert list(one.evaluate(model)) == [(case_id, pytest.approx(row, nan_ok=True))]
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "method, published, trained, gmac",
    [
        ("isensee", 8_269_331, 8_269_561, 176.4),
        ("separable", 3_757_945, 3_757_945, 124.8),
    ],
)
def test_rows_have_the_published_numbers_of_parameters(
    make, method, published, trained, gmac
):
    """Of outputs as the paper counts them, 1 and 3; and of those that are trained."""
    costs = make(method, changes={"network.base_filters": 16})._costs
    assert costs["parameters"] == published
    assert costs["parameters_trained"] == trained
    assert costs["gmac"] == pytest.approx(gmac, abs=0.05)


@pytest.mark.parametrize("mode", ["resize", "crop"])
def test_a_finished_run_segments_scans_as_its_evaluation_does(
    make, prepared, tmp_path, mode, request
):
    """Once by compiled networks, once by others."""
    if mode == "crop":
        request.getfixturevalue("uncompiled")
    dataset, _ = prepared
    one = make(changes={"geometry.mode": mode, "training.checkpoint": "last"})
    model = one.build()
    next(iter(one.stream(0)))
    ((case_id, _),) = one.evaluate(model)
    save_weights(model, tmp_path / "last.weights.h5")
    job = {"method": "separable", "protocol": as_dict(one.protocol)}
    write_json(tmp_path / "job.json", job)
    (tmp_path / "finished.json").write_text(json.dumps({}))
    case = next(case for case in dataset if case.id == case_id)
    run = segmenter(tmp_path, force=True)
    VolumeFiles().predict_file(run, case, tmp_path / "seg.nii.gz")
    labels, _ = read_volume(tmp_path / "seg.nii.gz")
    expected = dataset.read_prediction(
        case, tmp_path / "predictions" / f"{case_id}.nii.gz"
    )
    np.testing.assert_array_equal(labels, expected)
    assert set(np.unique(labels)) <= {0, 1, 2, 4}
    assert run.fingerprint() == segmenter(tmp_path).fingerprint()


def test_folder_without_a_run(tmp_path):
    with pytest.raises(UserError, match="make train-dsunet"):
        segmenter(tmp_path)
