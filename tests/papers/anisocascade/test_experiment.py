"""Training data, networks and scores of the paper, on a small phantom."""

from functools import cache
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from common.errors import UserError
from common.evidence import as_dict, replace
from common.files import write_json
from data.phantom.brats.write import write_phantom
from data.prepared.n4 import N4
from data.splits.split import Split
from papers.anisocascade.experiment import Experiment, training_region
from papers.anisocascade.inference import build, segmenter
from papers.anisocascade.protocol import METHODS, NETWORKS, PROFILES, Protocol
from papers.anisocascade.segmenter import Segmenter, compile_network
from papers.engine.console import Console

BY_ID = {method.id: method for method in METHODS}
LABELS = {"wnet": (1, 2, 3, 4), "tnet": (1, 3, 4), "enet": (4,)}
SHAPE = (24, 48, 48)


@cache
def compiled(model):
    """Each network once, whatever cascade it is part of."""
    return compile_network(model)


@pytest.fixture(scope="module")
def protocol():
    changes = {"network.base_channels": 4, "training.batch_size": 2}
    return replace(replace(Protocol(), PROFILES["demo"]), changes)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, protocol):
    """A phantom of five cases and its cache."""
    folder = tmp_path_factory.mktemp("aniso")
    write_phantom(folder / "brats", hgg=3, lgg=2, shape=SHAPE)
    dataset = Experiment.open_dataset(folder / "brats")
    cache = Experiment.prepared_cache(folder / "cache", dataset, protocol)
    Experiment.prepare(dataset, cache, protocol, Console(), workers=1)
    return dataset, cache


@pytest.fixture(scope="module")
def built(protocol):
    """The networks of a cascade by method, not to be changed."""
    methods = [BY_ID[f"{name}-axial"] for name in NETWORKS]
    return {method.id: build(method, protocol) for method in methods}


@pytest.fixture(autouse=True)
def fewer_batches_and_compilations(monkeypatch):
    """Two batches show what ten do."""

    def once(model, graphs):
        return compiled(model)

    monkeypatch.setattr("papers.anisocascade.experiment.CHECKED_BATCHES", 2)
    monkeypatch.setattr("papers.anisocascade.segmenter.compile_network", once)


@pytest.fixture
def make(prepared, protocol, tmp_path):
    dataset, cache = prepared
    ids = tuple(case.id for case in dataset)

    def make(method, split=None, changes=None):
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


def test_folds_keep_patients_whole(prepared, protocol):
    dataset, _ = prepared
    origin, by_fold = Experiment.splits(dataset, "patient", protocol)
    ids = sorted(case.id for case in dataset)
    assert origin == "patient"
    assert sorted(i for split in by_fold.values() for i in split.test) == ids


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("view", ["axial", "sagittal", "coronal"])
def test_batches_hold_the_region_of_the_stage(make, prepared, network, view):
    dataset, _ = prepared
    one = make(f"{network}-{view}")
    images, masks = next(iter(one.stream(3)))
    assert images.shape == (2, 19, 32, 32, 4) and masks.shape == (2, 11, 32, 32, 1)
    assert set(np.unique(masks)) == {0.0, 1.0}, "no foreground in the batch"
    # The same step again, without those before it, and through the plain reader.
    sampler = one.sampler(one.split.train)
    again, labels = sampler(3)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(masks[..., 0], np.isin(labels, LABELS[network]))


class Nested:
    """A cache of one case whose enhancing tumor lies in the core, that in the edema."""

    def __init__(self):
        self.labels = np.zeros((16, 16, 16), np.uint8)
        for label, low, high in ((2, 3, 13), (1, 5, 11), (4, 7, 9)):
            self.labels[low:high, low:high, low:high] = label
        self.images = np.ones((16, 16, 16, 4), np.float32)

    def info(self, case_id):
        shape = self.labels.shape
        return SimpleNamespace(start=(0, 0, 0), size=shape, shape=shape)

    def window(self, case_id, names, start, size):
        where = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
        return [getattr(self, name)[where] for name in names]


@pytest.mark.parametrize(
    "stage, start, stop",
    # The upper margin is one voxel smaller, as in the original code.
    [("whole", 0, 16), ("core", 3 - 2, 13 + 1), ("enhancing", 5 - 2, 11 + 1)],
)
def test_a_stage_is_trained_around_the_region_of_the_one_before(stage, start, stop):
    box = training_region(stage, 2)(Nested(), "case")
    assert box == ((start,) * 3, (stop,) * 3)


def test_low_grade_cases_are_drawn_more_often_for_the_inner_stages(make, prepared):
    dataset, _ = prepared
    ids = tuple(case.id for case in dataset)
    low = [case.id for case in dataset if case.group == "LGG"]
    split = Split(0, ids, ids[:1], ids[:1])
    counts = {
        name: make(name, split).sampler(ids).case_ids.count(low[0])
        for name in ("wnet-axial", "tnet-axial", "enet-axial")
    }
    assert counts == {"wnet-axial": 1, "tnet-axial": 3, "enet-axial": 3}


def test_weight_decay_is_half_the_sum_of_squares(make):
    plain = make("wnet-axial").build()
    assert plain.losses == []
    decayed = make("wnet-axial", changes={"training.weight_decay": 1e-3}).build()
    squares = [
        np.sum(np.square(variable.numpy()))
        for variable in decayed.trainable_variables
        if variable.path.endswith("kernel")
    ]
    total = sum(float(loss) for loss in decayed.losses)
    assert total == pytest.approx(1e-3 / 2 * sum(squares), rel=1e-5)


def test_validation_is_of_held_out_cases_or_refused(make, prepared, built):
    dataset, _ = prepared
    ids = tuple(case.id for case in dataset)
    one = make("enet-axial")
    scores = one.validation(built["enet-axial"])()
    assert set(scores) == {"val_loss", "val_dice"}
    assert 0 < scores["val_loss"] < 1 and 0 <= scores["val_dice"] <= 1
    with pytest.raises(UserError, match="validation_share"):
        make("enet-axial", Split(0, ids[:4], (), ids[4:])).validation(None)


def test_validation_by_cases_without_the_region(make, prepared, built):
    dataset, cache = prepared
    ids = tuple(case.id for case in dataset)
    bare = tuple(i for i in ids if not cache.info(i).slices[:, 1 + 4].any())
    assert bare, "every case of the phantom has enhancing tumor"
    others = tuple(i for i in ids if i not in bare)
    one = make("enet-axial", Split(0, others, bare[:1], others[:1]))
    scores = one.validation(built["enet-axial"])()
    assert np.isfinite(scores["val_loss"])
    with pytest.raises(UserError, match="labels"):
        one.sampler(bare[:1])(0)


@pytest.fixture
def changeable(built):
    """The networks of a cascade, whose weights are put back after the test."""
    kept = {name: model.get_weights() for name, model in built.items()}
    yield built
    for name, model in built.items():
        model.set_weights(kept[name])


def test_a_cascade_scores_each_case_and_keeps_its_labels(make, changeable, tmp_path):
    models = changeable
    cascade = make("cascade-axial")
    ((case_id, row),) = cascade.evaluate(models)
    assert case_id == cascade.split.test[0]
    assert row["convention"] == "border-max/brats"
    assert {"wt_dice", "tc_hd95", "et_specificity"} <= set(row)
    kept = tmp_path / "predictions" / f"{case_id}.nii.gz"
    before = kept.stat().st_mtime_ns
    again = (case_id, pytest.approx(row, nan_ok=True))
    assert list(cascade.evaluate(models)) == [again]
    assert kept.stat().st_mtime_ns == before
    # Other weights make other labels, whatever is there.
    for model in models.values():
        for weight in model.trainable_variables:
            weight.assign(-weight)
    assert list(cascade.evaluate(models)) != [again]
    assert kept.stat().st_mtime_ns != before


def test_methods_come_after_those_they_need():
    places = {method.id: place for place, method in enumerate(METHODS)}
    for method in METHODS:
        assert all(places[name] < places[method.id] for name in method.needs)
    assert len(BY_ID["cascade"].parts) == 9
    assert BY_ID["wnet-coronal"].starts_from == "wnet-axial"


def test_views_start_from_nothing_unless_the_protocol_says_axial():
    """As all nine config17/train_*.txt do; config15 starts from the axial weights."""
    default, axial = Protocol(), replace(Protocol(), {"training.start": "axial"})
    for method in METHODS:
        assert axial.adapted(method) is method
        assert default.adapted(method).needs == method.parts


def as_written(model, graphs):
    """`compile_network` without its graph."""
    return lambda patches: np.asarray(
        keras.ops.softmax(model(patches, training=False))[..., 1]
    )


def write_run(folder, name, model, protocol, seed=0):
    """Writes what the training of a network leaves."""
    run = folder / f"{name}-seed{seed}"
    run.mkdir(parents=True)
    model.save_weights(run / "last.weights.h5")
    job = {"method": name, "split": "patient", "fold": 0, "seed": seed}
    job |= {"fingerprint": "f", "protocol": as_dict(protocol)}
    write_json(run / "job.json", job)
    write_json(run / "finished.json", {})
    return run


def test_runs_on_corrected_volumes_correct_the_scan(built, protocol, tmp_path):
    corrected = replace(protocol, {"preparation.n4": True, "preparation.n4_shrink": 2})
    for name, model in built.items():
        write_run(tmp_path / "n4", name, model, corrected)
    assert segmenter(tmp_path / "n4").correction == N4(shrink=2)


def test_weights_of_finished_runs(built, protocol, tmp_path, monkeypatch):
    # A few patches are sooner run than six networks are compiled.
    monkeypatch.setattr("papers.anisocascade.segmenter.compile_network", as_written)
    folder = tmp_path / "demo"
    with pytest.raises(UserError, match="no whole cascade"):
        segmenter(folder)
    runs = [write_run(folder, n, model, protocol) for n, model in built.items()]
    volumes = np.random.default_rng(0).uniform(1, 9, (4, *SHAPE))
    expected = Segmenter(
        {(NETWORKS[n[:4]], "axial"): model for n, model in built.items()},
        protocol.inference,
    )
    received = segmenter(folder)
    assert received.fingerprint() == expected.fingerprint()
    labels = received.segment_volumes(volumes)
    np.testing.assert_array_equal(labels, expected.segment_volumes(volumes))
    assert received.correction is None
    # With another seed beside it, the user must name one of the two.
    for name, model in built.items():
        write_run(folder, name, model, protocol, seed=1)
    with pytest.raises(UserError, match="name one of these runs"):
        segmenter(folder)
    assert segmenter(runs[2]).fingerprint() == expected.fingerprint()
    (runs[0] / "last.weights.h5").write_bytes(b"damaged")
    with pytest.raises(UserError, match="train again"):
        segmenter(runs[0])


def test_folder_without_networks(tmp_path):
    with pytest.raises(UserError, match="make import-weights"):
        segmenter(tmp_path)
