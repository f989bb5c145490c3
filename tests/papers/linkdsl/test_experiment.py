"""From slices on disk to network inputs and scores."""

import csv
import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from common.errors import UserError
from common.evidence import replace
from data.splits.split import Split
from papers.linkdsl.experiment import Experiment, folds_of, metrics, prepare_case
from papers.linkdsl.protocol import METHODS, Protocol

SIZE = 32
BY_ID = {method.id: method for method in METHODS}


@pytest.fixture(scope="module")
def protocol():
    changes = {"preparation.image_size": SIZE, "network.base_filters": 16}
    return replace(Protocol(), changes | {"training.batch_size": 3})


@pytest.fixture(scope="module")
def dataset(phantom_root):
    return Experiment.open_dataset(phantom_root)


@pytest.fixture(scope="module")
def cache(dataset, protocol, tmp_path_factory):
    root = tmp_path_factory.mktemp("cache")
    cache = Experiment.prepared_cache(root, dataset, protocol)
    for case in dataset:
        arrays = prepare_case(dataset, case, protocol)
        cache.write(case.id, "source", arrays)
    return cache


@pytest.fixture(scope="module")
def split(dataset):
    ids = [case.id for case in dataset]
    return Split(0, tuple(ids[:8]), tuple(ids[8:12]), tuple(ids[12:]))


@pytest.fixture(scope="module")
def maps(cache, dataset, tmp_path_factory):
    """Maps of a first network that says `case / 100` everywhere."""
    maps = type(cache)(tmp_path_factory.mktemp("maps"), "map", {})
    for case in dataset:
        value = np.float32(int(case.id) / 100)
        maps.write(case.id, "source", {"map": np.full((SIZE, SIZE, 1), value)})
    return maps


def test_prepared_slice_keeps_range_and_tumor(dataset, cache):
    for case in dataset:
        raw = dataset.read(case)
        image, mask = cache.read(case.id, ("image", "mask"))
        assert image.shape == mask.shape == (SIZE, SIZE, 1)
        assert image.dtype == np.float32
        assert image.min() >= 0
        assert image.max() <= 1
        # Area averaging keeps the mean of the min-max normalized image.
        scaled = (raw.image - raw.image.min()) / np.ptp(raw.image)
        np.testing.assert_allclose(image.mean(), scaled.mean(), rtol=1e-4)
        assert set(np.unique(mask)) <= {0, 1}


def test_a_slice_that_changes_while_it_is_prepared_is_not_kept(
    phantom_copy, protocol, tmp_path
):
    dataset = Experiment.open_dataset(phantom_copy)
    cache = Experiment.prepared_cache(tmp_path, dataset, protocol)
    os.utime(dataset[1].label, (1, 1))
    console = SimpleNamespace(track=lambda cases, what: cases, say=str)
    with pytest.raises(UserError, match="changed meanwhile"):
        Experiment.prepare(dataset, cache, protocol, console, 1)
    held = [cache.holds(case.id, dataset.source(case)) for case in dataset]
    assert held == [True] + [False] * (len(dataset) - 1)


def test_every_data_set_has_a_cache_of_its_own(dataset, phantom_copy, protocol):
    (phantom_copy / "1.mat").write_bytes((phantom_copy / "2.mat").read_bytes())
    other = Experiment.open_dataset(phantom_copy)
    root = phantom_copy / "cache"
    first = Experiment.prepared_cache(root, dataset, protocol)
    second = Experiment.prepared_cache(root, other, protocol)
    assert first.folder != second.folder


def test_drawn_patient_folds_are_not_called_the_authors(phantom_copy, protocol):
    (phantom_copy / "cvind.mat").unlink()
    dataset = Experiment.open_dataset(phantom_copy)
    name, folds = folds_of(dataset, "patient", protocol.folds)
    assert name == "patient-drawn"
    assert len(set(folds.values())) == 5


def test_cascade_sees_image_and_map(cache, protocol, split, maps):
    first = Experiment(BY_ID["dual"], protocol, cache, split, 0)
    second = Experiment(BY_ID["cdsl"], protocol, cache, split, 0, maps)
    ids = split.train[:3]
    image, mask = first.read(ids)
    both, same = second.read(ids)
    assert both.shape == (3, SIZE, SIZE, 2)
    assert second.build().input_shape == (None, SIZE, SIZE, 2)
    np.testing.assert_array_equal(both[..., :1], image)
    np.testing.assert_array_equal(same, mask)
    np.testing.assert_allclose(both[:, 0, 0, 1], [int(i) / 100 for i in ids])

    hard = replace(protocol, {"cascade.map": "hard"})
    third = Experiment(BY_ID["cdsl"], hard, cache, split, 0, maps)
    assert set(np.unique(third.read(ids)[0][..., 1])) <= {0.0, 1.0}


def test_stream_resumes_at_any_step(cache, protocol, split):
    one = Experiment(BY_ID["linknet"], protocol, cache, split, seed=5)
    assert one.steps_per_epoch == 2
    whole = [batch for batch, _ in zip(one.stream(0), range(7), strict=False)]
    assert whole[0][0].shape == (3, SIZE, SIZE, 1)
    for first_step in (1, 2, 5):
        tail = zip(one.stream(first_step), whole[first_step:], strict=False)
        for (x, y), (expected_x, expected_y) in tail:
            np.testing.assert_array_equal(x, expected_x)
            np.testing.assert_array_equal(y, expected_y)
    other = Experiment(BY_ID["linknet"], protocol, cache, split, seed=6)
    assert not np.array_equal(next(iter(other.stream(0)))[0], whole[0][0])


def test_evaluate_scores_every_test_slice_once(cache, protocol, split):
    one = Experiment(BY_ID["linknet"], protocol, cache, split, 0)
    scored = dict(one.evaluate(one.build()))
    assert tuple(scored) == split.test
    for case_id, values in scored.items():
        (mask,) = cache.read(case_id, ("mask",))
        assert values["tp"] + values["fn"] == mask.sum()
        total = sum(values[name] for name in ("tp", "fp", "fn", "tn"))
        assert total == SIZE * SIZE


def test_validation_is_the_mean_over_slices(cache, protocol, split):
    one = Experiment(BY_ID["linknet"], protocol, cache, split, 0)
    model = one.build()
    scores = one.validation(model)()
    swapped = Split(0, split.train, split.test, split.validation)
    again = Experiment(BY_ID["linknet"], protocol, cache, swapped, 0)
    dice = [values["dice"] for _, values in again.evaluate(model)]
    np.testing.assert_allclose(scores["val_dice"], np.mean(dice), atol=1e-6)
    losses = []
    for case_id in split.validation:
        image, truth = one.read([case_id])
        losses.append(float(one.loss()(truth, model(image, training=False))))
    np.testing.assert_allclose(scores["val_loss"], np.mean(losses), rtol=1e-4)


def test_metrics_of_a_drawn_slice():
    #  truth  prediction   tp 2, fp 1, fn 2, tn 4
    #  # # .     # # #
    #  # # .     . . .
    #  . . .     . . .
    truth = np.zeros((3, 3, 1))
    truth[:2, :2] = 1
    probability = np.full((3, 3, 1), 0.2)
    probability[0] = 0.5  # the threshold itself counts as tumor
    values = metrics(probability, truth)
    assert [values[name] for name in ("tp", "fp", "fn", "tn")] == [2, 1, 2, 4]
    np.testing.assert_allclose(values["dice"], 4 / 7)
    np.testing.assert_allclose(values["iou"], 2 / 5)
    np.testing.assert_allclose(values["mean_iou_image"], (2 / 5 + 4 / 7) / 2)
    soft = 2 * (0.5 * 2 + 0.2 * 2) / (4 + 0.5 * 3 + 0.2 * 6)
    np.testing.assert_allclose(values["dice_soft"], soft)


@pytest.mark.parametrize("over, overlap", [("image", 7 / (2 + 7)), ("batch", 7 / 11)])
def test_loss_is_that_of_the_protocol(cache, protocol, split, over, overlap):
    """Of two empty images of 4 pixels at 0.5: log 2 less (s + 0) / (s + sum of p)."""
    changed = replace(protocol, {"loss.smooth": 7.0, "loss.dice_over": over})
    loss = Experiment(BY_ID["linknet"], changed, cache, split, 0).loss()
    value = loss(np.zeros((2, 2, 2, 1)), np.full((2, 2, 2, 1), 0.5))
    np.testing.assert_allclose(float(value), np.log(2) - overlap, rtol=1e-5)


def test_every_preparation_has_a_cache_of_its_own(dataset, protocol, tmp_path):
    other = replace(protocol, {"preparation.image_size": 2 * SIZE})
    folders = [
        Experiment.prepared_cache(tmp_path, dataset, one).folder
        for one in (protocol, other)
    ]
    assert folders[0] != folders[1]


@pytest.mark.real
def test_real_slices_prepared(shared_data):
    """The tumor's share of the prepared mask is that of the index's own count."""
    dataset = Experiment.open_dataset(shared_data / "figshare256")
    protocol = replace(Protocol(), {"preparation.image_size": 128})
    with open(shared_data / "figshare_index.csv", newline="") as file:
        index = {row["idx"]: row for row in csv.DictReader(file)}
    for case in list(dataset)[::60]:
        arrays = prepare_case(dataset, case, protocol)
        size = int(index[case.id]["size"])
        expected = int(index[case.id]["mask_area_px"]) / size**2
        share = arrays["mask"].mean()
        np.testing.assert_allclose(share, expected, rtol=0.1, atol=2 / 128**2)
        assert arrays["image"].max() <= 1


@pytest.mark.real
def test_real_patient_folds(shared_data):
    dataset = Experiment.open_dataset(shared_data / "figshare256")
    name, folds = folds_of(dataset, "patient", Protocol().folds)
    assert name == "patient"
    assert sorted(set(folds.values())) == [0, 1, 2, 3]  # author folds 1 to 4
    literal = replace(Protocol(), {"folds.strict_patients": False})
    _, author = folds_of(dataset, "patient", literal.folds)
    assert all(dataset.author_folds[i] == fold + 1 for i, fold in author.items())
    moved = sum(folds[i] != author[i] for i in folds)
    assert 0 < moved < 60, "repeated exams, and they only, change their fold"


def test_files_that_are_no_slices_are_said(tmp_path, phantom_root, protocol):
    """A slice under another name would be missed without a word."""
    root, lines = tmp_path / "mats", []
    shutil.copytree(phantom_root, root)
    console = SimpleNamespace(say=lines.append, track=lambda todo, title: todo)
    for extra in (None, "tumor.mat"):
        if extra:
            shutil.copy(root / "1.mat", root / extra)
        dataset = Experiment.open_dataset(root)
        cache = Experiment.prepared_cache(tmp_path / "cache", dataset, protocol)
        Experiment.prepare(dataset, cache, protocol, console, 1)
    assert len(lines) == 3 and lines[0].startswith("prepared ")
    assert lines[1].startswith("left out 1 that are no slices, such as tumor.mat; ")
    assert f"DATA={root}` lists" in lines[1]


def test_a_report_shows_the_slice_and_the_mask_of_the_map(dataset, cache, split):
    """Of half a probability and more, as the scores are."""
    one = Experiment(
        BY_ID["linknet"], Protocol(), cache, split, 0, maps=None, dataset=dataset
    )
    case_id = split.test[0]
    shown = one.case_images(case_id)
    image, mask = cache.read(case_id, ("image", "mask"))
    (gray,) = shown.images.values()
    np.testing.assert_array_equal(gray, image[..., 0])
    np.testing.assert_array_equal(shown.truth, mask[..., 0])
    assert shown.voxel_volume is None and "phantom" in shown.license
    soft = np.array([[[0.2], [0.5]], [[0.49], [0.9]]], np.float32)
    one.maps_of = lambda model, case_ids: [(case_ids[0], {"map": soft})]
    ((found, labels),) = one.label_maps(None, [case_id])
    assert found == case_id and labels.tolist() == [[0, 1], [0, 1]]
