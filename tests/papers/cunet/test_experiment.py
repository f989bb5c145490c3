"""Training data, truth, scores and prediction of the paper, on a small phantom."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from common.errors import UserError
from common.evidence import as_dict, replace
from common.files import write_json
from common.training.one_device import OneDevice
from common.training.towers import sequential
from common.training.weights import save_weights
from data.batches.augment_rule import AugmentationRule
from data.batches.slice_index import SliceIndex
from data.batches.slice_name import SliceName
from data.brats.releases import MODALITIES
from data.normalize import standardize
from data.phantom.brats.write import write_phantom
from data.splits.parts import split_patients
from data.splits.split import Split
from data.volume.files import read_volume
from papers.cunet import slices
from papers.cunet.experiment import Experiment
from papers.cunet.inference import segmenter
from papers.cunet.protocol import METHODS, PROFILES, Protocol
from papers.cunet.reader import RegionReader
from papers.cunet.segmentation import segment
from papers.cunet.truth import TruthMaker
from papers.engine.console import Console
from papers.engine.predict.volumes import VolumeFiles

BY_ID = {method.id: method for method in METHODS}


@pytest.fixture(scope="module")
def protocol():
    changes = {f"network.{name}_filters": 2 for name in ("cu_net", "unet", "bfcn")}
    changes |= {"network.drn_filters": 1, "slices.policy": "paper30"}
    changes |= {"training.learning_rate": 1e-2}
    return replace(replace(Protocol(), PROFILES["demo"]), changes)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, protocol):
    """A phantom of four high-grade cases and a low-grade one, and its cache."""
    folder = tmp_path_factory.mktemp("cunet")
    write_phantom(folder / "brats", "brats17", hgg=4, lgg=1, shape=(16, 48, 48))
    dataset = Experiment.open_dataset(folder / "brats")
    cache = Experiment.prepared_cache(folder / "cache", dataset, protocol)
    Experiment.prepare(dataset, cache, protocol, Console(), workers=1)
    return dataset, cache


@pytest.fixture
def make(prepared, protocol, tmp_path):
    dataset, cache = prepared
    _, by_fold = Experiment.splits(dataset, "patient", protocol)

    def make(method="cun_lws", split=None, changes=None):
        return Experiment(
            BY_ID[method],
            replace(protocol, changes or {}),
            cache,
            split or by_fold[0],
            seed=0,
            dataset=dataset,
            folder=tmp_path,
        )

    return make


def raw_slice(dataset, case, z):
    """The raw modalities `(…, 4)` and labels of one slice."""
    images = [dataset.read_image(case, name)[z] for name in MODALITIES]
    return np.stack(images, axis=-1), dataset.read_labels(case)[z]


def test_published_split_of_high_grade_patients(protocol):
    class Patient:
        def __init__(self, number):
            self.id = self.patient = f"Brats17_{number:03d}"

    cases = [Patient(number) for number in range(210)]
    rule = Protocol().split
    one = split_patients(cases, (rule.train, rule.validation, rule.test), rule.seed)
    parts = [set(getattr(one, part)) for part in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [126, 42, 42]
    assert len(set.union(*parts)) == 210


def test_low_grade_cases_are_not_used(make, prepared, protocol):
    dataset, _ = prepared
    groups = {case.id: case.group for case in dataset}
    split = make().split
    used = [*split.train, *split.validation, *split.test]
    assert len(used) == 4 and {groups[i] for i in used} == {"HGG"}
    everything = replace(protocol, {"slices.group": "all"})
    _, by_fold = Experiment.splits(dataset, "patient", everything)
    parts = by_fold[0]
    assert len(parts.train + parts.validation + parts.test) == 5


def test_slices_that_are_left_out_have_no_tumor(make, prepared):
    _, cache = prepared
    one = make()
    everything = SliceIndex.of(cache, one.split.train)
    kept = one.slices
    assert len(kept) == len(everything) - round(0.3 * len(everything))
    assert kept.tumor.sum() == everything.tumor.sum()
    tumor = make(changes={"slices.policy": "tumor_only"}).slices
    assert tumor.tumor.all() and len(tumor) == everything.tumor.sum()
    assert len(make(changes={"slices.policy": "all"}).slices) == len(everything)


def test_too_few_slices_without_tumor_are_reported_before_the_training(make):
    one, lines = make(changes={"slices.dropped": 1.0}), []
    one.before_training(lines.append)
    assert one.slices.tumor.all()
    (line,) = lines
    assert "only" in line and "without tumor" in line
    make().before_training(pytest.fail)


def test_a_short_training_and_a_wide_contour_are_warned_of(make):
    lines = []
    changes = {"training.epochs": 4, "sampling.contour_width": 10.0}
    make(changes=changes).before_training(lines.append)
    contour, share = lines
    assert "10 pixels wide in slices of 48" in contour
    assert "at least 0.167 of normal brain" in share
    make("cun", changes=changes).before_training(pytest.fail)


def test_images_classes_and_brain_of_a_slice(prepared):
    dataset, cache = prepared
    case = next(case for case in dataset if case.group == "HGG")
    labels = dataset.read_labels(case)
    z = int((labels > 0).sum((1, 2)).argmax())
    raw, truth = raw_slice(dataset, case, z)
    images, classes, brain = RegionReader(cache)([SliceName(case.id, z, 0, 0)])
    np.testing.assert_array_equal(brain[0], (raw != 0).any(-1))
    assert classes.max() == 3
    np.testing.assert_array_equal(np.array([0, 1, 2, 4])[classes[0]], truth)
    mean, std = cache.info(case.id).statistics["nonzero"]
    np.testing.assert_allclose(images[0], standardize(raw, mean, std), atol=1e-5)


def test_brain_turns_with_the_image(prepared):
    dataset, cache = prepared
    case_id = dataset[1].id
    rule = AugmentationRule(rank=2, flip=(0.5, 0.5), largest_angle=15.0)
    names = [SliceName(case_id, 8, epoch, 0) for epoch in range(4)]
    images, classes, brain = RegionReader(cache, rule, seed=1)(names)
    _, plain_classes, plain_brain = RegionReader(cache)(names[:1])
    for name, one, mask in zip(names, classes, brain, strict=True):
        drawn = rule.draw(1, name.epoch, name.row)
        both = np.stack([plain_classes[0], plain_brain[0]], -1)
        turned = [
            drawn.apply(both[..., :1] * 0.0, x)[1] for x in np.moveaxis(both, -1, 0)
        ]
        np.testing.assert_array_equal(one, turned[0])
        np.testing.assert_array_equal(mask, turned[1] > 0)
    assert len({image.tobytes() for image in images}) == 4


@pytest.mark.parametrize(
    "method, names",
    [
        ("unet", {"labels"}),
        pytest.param("bfcn", {"labels", "boundary"}, marks=pytest.mark.slow),
        pytest.param("drn", {"labels"}, marks=pytest.mark.slow),
        pytest.param("cun", {"labels", "weights", "omega"}, marks=pytest.mark.slow),
        ("cun_lws", {"labels", "weights", "omega"}),
    ],
)
def test_one_step_of_every_method(make, method, names):
    one = make(method)
    images, truth = next(iter(one.stream(0)))
    assert images.shape == (4, 48, 48, 4) and set(truth) == names
    model, optimizer = one.build(), one.optimizer()
    optimizer.build(model.trainable_variables)
    step = OneDevice().make_step(model, one.loss(), optimizer)
    before = float(step(images, truth))
    for _ in range(3):
        after = float(step(images, truth))
    assert 0 < after < before


def test_weights_of_the_two_methods(make):
    plain, sampled = (
        next(iter(make(method).stream(0)))[1]["weights"].numpy()
        for method in ("cun", "cun_lws")
    )
    assert (plain == 1).all()
    assert set(np.unique(sampled[..., 0])) == {0, 1, 2}
    assert set(np.unique(sampled[..., 1])) == {0, 1}


def test_sampling_is_drawn_anew_in_each_epoch_and_resumes(make):
    one = make()
    steps = one.steps_per_epoch
    first = list(zip(range(steps + 1), one.stream(0), strict=False))
    _, (images, truth) = first[steps]
    again_images, again = next(iter(make().stream(steps)))
    np.testing.assert_array_equal(images, again_images)
    for name in truth:
        np.testing.assert_array_equal(truth[name], again[name])
    name = SliceName(one.split.train[0], 8, 0, 3)
    maker = TruthMaker(one.method, one.protocol, 0, None)
    _, classes, brain = one.reader([name])
    draws = [
        maker.weights([name._replace(epoch=epoch)], classes > 0, brain)
        for epoch in (0, 0, 1)
    ]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).any()


def test_weight_of_the_heads_falls_every_ten_epochs():
    maker = TruthMaker(BY_ID["cun"], Protocol(), 0, None)
    epochs = (0, 9, 10, 19, 20, 40)
    names = [SliceName("a", 0, epoch, 0) for epoch in epochs]
    np.testing.assert_allclose(maker.omega(names), [0.1, 0.1, 0.01, 0.01, 1e-3, 1e-3])


def test_published_schedule():
    one = Experiment(BY_ID["cun"], Protocol(), None, None, seed=0)
    rates = [one.schedule.value(epoch) for epoch in (0, 9, 10, 39, 40, 60)]
    np.testing.assert_allclose(rates, [1e-3, 1e-3, 1e-4, 1e-6, 1e-7, 1e-7], rtol=1e-9)
    losses = [{"val_loss": 1.0}] + [{"val_loss": 2.0}] * 10
    assert one.schedule.is_over(losses) and not one.schedule.is_over(losses[:-1])
    assert float(one.optimizer().learning_rate) == pytest.approx(1e-3)
    assert one.optimizer().momentum == 0.9 and one.optimizer().weight_decay is None


def test_normalization_is_that_of_the_protocol(make):
    changes = {"network.norm_momentum": 0.5, "network.norm_epsilon": 1e-3}
    for changed, expected in ((None, (0.9, 1e-5)), (changes, (0.5, 1e-3))):
        layers = make("unet", changes=changed).build().layers
        found = {(x.momentum, x.epsilon) for x in layers if hasattr(x, "momentum")}
        assert found == {expected}


def test_slices_are_padded_for_the_network_and_cut_again(tmp_path, protocol):
    write_phantom(tmp_path / "odd", "brats17", hgg=3, lgg=0, shape=(16, 50, 58))
    dataset = Experiment.open_dataset(tmp_path / "odd")
    cache = Experiment.prepared_cache(tmp_path / "cache", dataset, protocol)
    Experiment.prepare(dataset, cache, protocol, Console(), workers=1)
    _, by_fold = Experiment.splits(dataset, "patient", protocol)
    one = Experiment(
        BY_ID["cun_lws"], protocol, cache, by_fold[0], seed=0, dataset=dataset
    )
    assert one.size == (64, 64)
    images, truth = next(iter(one.stream(0)))
    assert images.shape == (4, 64, 64, 4)
    for array in (images, *(truth[name] for name in ("labels", "weights"))):
        array = np.asarray(array)
        assert array[:, :50, :58].any()
        assert not array[:, 50:].any() and not array[:, :, 58:].any()

    def predict(images):
        assert images.shape[1:] == (64, 64, 4)
        tumor = np.where(images[..., :1] == 7, 1.0, -1.0)
        parts = np.broadcast_to([0.0, 0.0, 0.0, 1.0], (*images.shape[:3], 4))
        return {"wt": np.concatenate([-tumor, tumor], -1), "sub": parts}

    marked = np.zeros((6, 50, 58, 4), np.float32)
    marked[:, 49, 57] = marked[5, 3, 2] = 7
    labels = segment(
        marked, np.ones(marked.shape[:3], bool), predict, one.method, one.protocol
    )
    np.testing.assert_array_equal(labels, 4 * (marked[..., 0] == 7))


def test_mixed_sizes_are_refused(make):
    class Mixed:
        """A cache whose later cases have wider slices."""

        def __init__(self, ids):
            self.ids = ids

        def info(self, case_id):
            side = 48 if case_id == self.ids[0] else 64
            return SimpleNamespace(shape=(16, 48, side))

    one = make()
    one.cache = Mixed((*one.split.train, *one.split.validation))
    with pytest.raises(UserError, match="48x48 in .*, 48x64 in"):
        one.before_training(pytest.fail)
    one.cache = Mixed(one.split.train)
    ((case_id, error),) = one.evaluate(one.build())
    assert case_id == one.split.test[0]
    assert isinstance(error, UserError) and "48x64" in str(error)


def test_probability_of_the_whole_data_set(make):
    one = make(changes={"sampling.p2_scope": "dataset"})
    normal, tumor = slices.region_counts(one.slices, one.reader, one.protocol)
    assert tumor == one.slices.counts[:, 2:].sum()
    _, truth = next(iter(one.stream(0)))
    assert one.truth._p2_of_all == pytest.approx(
        np.clip(1.5 * tumor / normal, 1 / (1.5 * one.protocol.training.epochs), 1)
    )
    assert truth["weights"].numpy().any()


@pytest.mark.parametrize(
    "decay_all", [False, pytest.param(True, marks=pytest.mark.slow)]
)
def test_weight_decay_is_that_of_the_gradient(make, decay_all):
    model = make(changes={"loss.decay_all": decay_all}).build()
    weights = [
        w for w in model.trainable_weights if decay_all or w.path.endswith("kernel")
    ]
    squares = sum(float(np.square(w).sum()) for w in weights)
    assert float(sum(model.losses)) == pytest.approx(5e-5 / 2 * squares, rel=1e-4)


@pytest.mark.parametrize(
    "method", [pytest.param("bfcn", marks=pytest.mark.slow), "cun_lws"]
)
def test_validation_chooses_by_the_lowest_loss(make, method):
    one = make(method)
    model = one.build()
    scores = one.validation(model)()
    assert scores[one.monitor] == -scores["val_loss"] < 0
    assert scores == one.validation(model)()
    regions = [scores[f"val_{region}_dice"] for region in ("wt", "tc", "et")]
    assert scores["val_dice"] == pytest.approx(np.mean(regions))
    ids = one.split.train
    with pytest.raises(UserError, match="validation"):
        make(split=Split(0, ids, (), one.split.test)).validation(model)


def test_cases_are_scored_as_volumes(make, prepared, tmp_path):
    dataset, _ = prepared
    one = make()
    model = one.build()
    ((case_id, row),) = one.evaluate(model)
    assert case_id == one.split.test[0]
    (path,) = (tmp_path / "predictions").glob("*.nii.gz")
    case = next(case for case in dataset if case.id == case_id)
    labels, truth = read_volume(path)[0], dataset.read_labels(case)
    tumor = labels > 0
    assert not tumor[dataset.read_image(case, "flair") == 0].any()
    both = (tumor & (truth > 0)).sum()
    assert row["wt_dice"] == pytest.approx(2 * both / (tumor.sum() + (truth > 0).sum()))
    assert row["mean_dice"] == pytest.approx(
        np.mean([row[f"{region}_dice"] for region in ("wt", "tc", "et")])
    )
    assert row["wt_tn"] + row["wt_fp"] == (truth == 0).sum()


def test_prediction_of_a_finished_run_is_that_of_the_evaluation(
    make, prepared, tmp_path
):
    dataset, _ = prepared
    one = make("bfcn")
    keras.utils.set_random_seed(1)
    model = one.build()
    list(one.evaluate(model))
    folder = tmp_path / "run"
    save_weights(model, folder / "best.weights.h5")
    description = {"method": "bfcn", "protocol": as_dict(one.protocol)}
    write_json(folder / "job.json", description)
    with pytest.raises(UserError, match="unfinished"):
        segmenter(folder)
    write_json(folder / "finished.json", json.loads("{}"))
    case = next(case for case in dataset if case.id == one.split.test[0])
    run = segmenter(folder, force=True)
    VolumeFiles().predict_file(run, case, tmp_path / "seg.nii.gz")
    kept = tmp_path / "predictions" / f"{case.id}.nii.gz"
    received, expected = (read_volume(p)[0] for p in (tmp_path / "seg.nii.gz", kept))
    assert expected.any()
    np.testing.assert_array_equal(received, expected)


@pytest.mark.slow
def test_towers_share_a_batch_of_several_outputs_and_truths(make):
    one = make(changes={"network.cu_net_filters": 1})
    images, truth = next(iter(one.stream(0)))
    model, optimizer = one.build(), one.optimizer()
    optimizer.build(model.trainable_variables)
    step = sequential(2).make_step(model, one.loss(), optimizer, False, None)
    before = [np.array(weight) for weight in model.trainable_variables]
    assert np.isfinite(float(step(images, truth)))
    assert any(
        (old != np.array(new)).any()
        for old, new in zip(before, model.trainable_variables, strict=True)
    )
