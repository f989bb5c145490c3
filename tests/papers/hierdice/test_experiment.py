"""Training data, networks, scores and prediction of the paper, on a small phantom."""

from dataclasses import replace as replace_split

import keras
import numpy as np
import pytest

from common.errors import UserError
from common.evidence import as_dict, protocol_digest, replace
from common.files import read_json, write_json
from common.training.weights import save_weights
from data.brats.releases import MODALITIES
from data.phantom.brats.write import write_phantom
from data.splits.split import Split
from data.volume.files import read_volume
from papers.engine.console import Console
from papers.engine.predict.volumes import VolumeFiles
from papers.hierdice.experiment import BALANCE, Experiment
from papers.hierdice.inference import segmenter
from papers.hierdice.protocol import METHODS, PROFILES, Protocol
from papers.hierdice.scores import score_slices

BY_ID = {method.id: method for method in METHODS}
SHAPE = (20, 52, 56)  # neither side a multiple of 16


@pytest.fixture(scope="module")
def protocol():
    changes = {"network.base_filters": 4, "training.tower_size": 2}
    return replace(replace(Protocol(), PROFILES["demo"]), changes)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, protocol):
    """A phantom of one HGG and four LGG cases, and its cache."""
    folder = tmp_path_factory.mktemp("hierdice")
    write_phantom(folder / "brats", "brats15", hgg=1, lgg=4, shape=SHAPE)
    dataset = Experiment.open_dataset(folder / "brats")
    cache = Experiment.prepared_cache(folder / "cache", dataset, protocol)
    Experiment.prepare(dataset, cache, protocol, Console(), workers=1)
    return dataset, cache


@pytest.fixture
def make(prepared, protocol, tmp_path):
    dataset, cache = prepared
    (high,), low = (
        [case.id for case in dataset if case.group == group] for group in ("HGG", "LGG")
    )

    def make(method="resunet-hierarchical", changes=None):
        return Experiment(
            BY_ID[method],
            replace(protocol, changes or {}),
            cache,
            Split(0, (high, *low[:2]), tuple(low[2:3]), tuple(low[3:])),
            seed=0,
            dataset=dataset,
            folder=tmp_path,
        )

    return make


def case_of(dataset, case_id):
    return next(case for case in dataset if case.id == case_id)


def tumor_slices(dataset, ids):
    """Each slice with tumor: its z-scored modalities and its labels, by hand."""
    for case_id in ids:
        case = case_of(dataset, case_id)
        labels = dataset.read_labels(case)
        images = np.stack([dataset.read_image(case, m) for m in MODALITIES], -1).astype(
            float
        )
        for c in range(4):
            image = images[..., c]
            there = image != 0
            image[there] = (image[there] - image[there].mean()) / image[there].std()
        for z in np.flatnonzero((labels > 0).any((1, 2))):
            yield images[z], labels[z]


def test_an_epoch_is_every_slice_with_tumor_of_low_grade_cases(make, prepared):
    dataset, _ = prepared
    one = make(changes={"training.tower_size": 1})
    expected = list(tumor_slices(dataset, one.split.train[1:]))
    assert len(one.slices) == len(expected)
    assert one.steps_per_epoch == len(expected) // 3
    stream, seen = iter(one.stream(0)), set()
    for _ in range(one.steps_per_epoch):
        images, labels = map(np.asarray, next(stream))
        assert images.shape == (3, 64, 64, 4) and labels.shape == (3, 64, 64, 1)
        for image, truth in zip(images, labels[..., 0], strict=True):
            assert not image[52:].any() and not image[:, 56:].any()
            assert not truth[52:].any() and not truth[:, 56:].any()
            (match,) = (
                number
                for number, (x, y) in enumerate(expected)
                if np.array_equal(truth[:52, :56], y)
                and np.allclose(image[:52, :56], x, atol=1e-3)
            )
            seen.add(match)
    assert len(seen) == 3 * one.steps_per_epoch


def test_same_step_again_without_those_before(make):
    first, later = iter(make().stream(0)), next(iter(make().stream(2)))
    for _ in range(3):
        again = next(first)
    for received, expected in zip(later, again, strict=True):
        np.testing.assert_array_equal(received, expected)


def test_balance_is_written_beside_the_run(make, prepared, tmp_path):
    dataset, _ = prepared
    one, lines = make(), []
    next(iter(one.stream(0)))
    assert not (tmp_path / BALANCE).exists()
    one.before_training(lines.append)
    balance = read_json(tmp_path / BALANCE)
    kept = [labels for _, labels in tumor_slices(dataset, one.split.train[1:])]
    counts = np.bincount(np.concatenate([x.ravel() for x in kept]), minlength=5)
    assert balance["trained_on"]["pixels_of_labels"] == counts.tolist()
    assert balance["trained_on"]["slices"] == len(kept)
    ratio = counts[0] / counts[1:].sum()
    assert balance["trained_on"]["others_per_tumor_pixel"] == pytest.approx(ratio, 1e-2)
    per_et = counts[0] / counts[4]
    assert balance["trained_on"]["others_per_et_pixel"] == pytest.approx(per_et, 1e-3)
    assert f"{len(kept)} of {2 * SHAPE[0]} of 2 cases" in lines[0]
    assert "warning" in lines[-1] and "slices a case" in lines[-1]
    assert balance["all"]["slices"] == 2 * SHAPE[0]
    assert balance["all"]["others_per_tumor_pixel"] > ratio


@pytest.mark.parametrize("group, count", [("HGG", 1), ("LGG", 2), ("all", 3)])
def test_grades(make, group, count):
    one = make(changes={"slices.group": group})
    assert len(one.slices.case_ids) == count
    if group == "HGG":
        with pytest.raises(UserError, match="slices.group=all"):
            one.validation(None)


def test_optimizer_is_the_papers(prepared):
    dataset, cache = prepared
    one = Experiment(
        METHODS[0], Protocol(), cache, Split(0, (), (), ()), 0, dataset=dataset
    )
    optimizer = one.optimizer()
    assert isinstance(optimizer, keras.optimizers.Adam)
    rates = []
    for iterations in (0, 9_999, 10_000, 20_000):
        optimizer.iterations.assign(iterations)
        rates.append(float(optimizer.learning_rate))
    np.testing.assert_allclose(rates, [5e-5, 5e-5, 4.75e-5, 4.5125e-5], rtol=1e-6)
    assert (one.batch_size, optimizer.epsilon) == (24, 1e-8)
    assert (optimizer.beta_1, optimizer.beta_2) == (0.9, 0.999)


def test_validation_is_looked_at(make):
    one = make("unet-bootstrapping")
    scores = one.validation(one.build())()
    regions = [f"val_{region}_dice" for region in ("wt", "tc", "et")]
    kept = [f"val_label{label}_of_kept" for label in range(5)]
    assert set(scores) == {
        *("val_loss", "val_dice", "val_kept_of_label0"),
        *(*regions, *kept),
    }
    assert scores["val_dice"] == pytest.approx(np.mean([scores[r] for r in regions]))
    assert sum(scores[name] for name in kept) == pytest.approx(1)


@pytest.mark.parametrize("method", ["resunet-hierarchical", "unet-bootstrapping"])
def test_scores_and_predictions_of_a_run_are_the_same(make, prepared, tmp_path, method):
    """Held-out cases and, as the paper does, those trained on; both weights."""
    dataset, _ = prepared
    one = make(method)
    raw, average = one.build(), one.build()
    save_weights(raw, tmp_path / "last.weights.h5")
    save_weights(average, tmp_path / "average.weights.h5")
    rows = list(one.evaluate(average))
    train, test = one.split.train[1:], one.split.test
    assert [case_id for case_id, _ in rows] == [*test, *train]
    assert [row.get("split") for _, row in rows] == [None] + ["training cases"] * 2

    write_json(
        tmp_path / "job.json", {"method": method, "protocol": as_dict(one.protocol)}
    )
    write_json(tmp_path / "finished.json", {})
    run = segmenter(tmp_path, force=True)
    case_id, row = rows[0]
    case = case_of(dataset, case_id)
    VolumeFiles().predict_file(run, case, tmp_path / "seg.nii.gz")
    labels, _ = read_volume(tmp_path / "seg.nii.gz")
    assert labels.any()
    again = score_slices(labels, dataset.read_labels(case))
    assert {k: row[k] for k in again} == pytest.approx(again, nan_ok=True)
    ((_, maps),) = one.maps_of(raw, [case_id])
    of_raw = score_slices(maps["map"], dataset.read_labels(case))
    assert row["wt_iou_raw"] == of_raw["wt_iou"]
    assert (maps["map"] != labels).any()
    if method == "unet-bootstrapping":
        assert run.fingerprint() == segmenter(tmp_path).fingerprint()


def test_four_formulas_for_networks_trained_by_softmax(make):
    key, rule = "inference.softmax_classifier", "four_formulas"
    p = np.array([[0.4, 0.15, 0.15, 0.15, 0.15]])
    for method, changes, label in (
        ("resunet-softmax", {}, 0),
        ("resunet-softmax", {key: rule}, 2),
        ("resunet-hierarchical", {}, 2),
        ("resunet-hierarchical", {key: "most_probable"}, 2),
    ):
        assert make(method, changes).labels_of(p) == label
    assert protocol_digest(Protocol(), (key,)) == protocol_digest(Protocol())
    assert protocol_digest(replace(Protocol(), {key: rule})) != protocol_digest(
        Protocol()
    )


def test_without_held_out_cases_those_trained_on_are_scored(make, tmp_path):
    one = make("unet-bootstrapping")
    model = one.build()
    save_weights(model, tmp_path / "last.weights.h5")
    one.split = replace_split(one.split, test=())
    rows = list(one.evaluate(model))
    assert [case_id for case_id, _ in rows] == [*one.split.train[1:]]
    assert {row["split"] for _, row in rows} == {"training cases, all"}


def test_a_case_that_cannot_be_read_is_a_row_that_says_so(make, tmp_path, monkeypatch):
    one = make("unet-bootstrapping")
    model = one.build()
    save_weights(model, tmp_path / "last.weights.h5")
    broken = UserError("case.h5", "a file", "none", "restore it")

    def read(case_id):
        raise broken

    monkeypatch.setattr(one, "images_of", read)
    rows = one.evaluate(model)
    assert next(rows) == (one.split.test[0], broken)
    with pytest.raises(UserError, match="restore it"):
        next(rows)


def test_folder_without_a_run(tmp_path):
    with pytest.raises(UserError, match="make train-hierdice"):
        segmenter(tmp_path)
