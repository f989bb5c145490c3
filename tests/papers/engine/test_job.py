"""Jobs: what makes two runs the same, and which come first."""

import dataclasses
from types import SimpleNamespace

import pytest

from common.errors import UserError
from common.files import write_json
from data.brats.dataset import BratsDataset
from data.figshare.dataset import FigshareDataset
from data.phantom.brats.write import write_phantom
from papers import registry
from papers.engine.devices.towers_for import shared_by
from papers.engine.plan import plan_jobs
from papers.engine.request import Request
from papers.engine.results import figure_suffix


@pytest.fixture(scope="module")
def dataset(phantom_root):
    return FigshareDataset(phantom_root)


def plan(dataset, runs, **options):
    request = Request(
        registry.paper("linkdsl"), data=dataset.root, profile="demo", **options
    )
    return plan_jobs(request, dataset, runs)


def test_first_network_comes_before_its_cascade(dataset, tmp_path):
    jobs = plan(dataset, tmp_path, methods=("cdsl",), folds=(0,))
    assert [job.method.id for job in jobs] == ["dual", "cdsl"]
    assert jobs[1].previous is jobs[0]


def test_all_folds_and_seeds(dataset, tmp_path):
    jobs = plan(dataset, tmp_path, methods=("bce",), seeds=(0, 1))
    folds = {(job.split.fold, job.seed) for job in jobs}
    assert folds == {(fold, seed) for fold in range(5) for seed in (0, 1)}
    assert len({job.folder for job in jobs}) == len(jobs)


def test_leak_methods_only_beside_the_image_wise_run(dataset, tmp_path):
    both = plan(dataset, tmp_path, splits=("image", "patient"), folds=(0,))
    patient = [job.method.id for job in both if job.split_name == "patient"]
    assert patient == ["linknet", "dual", "cdsl"]
    assert len([job for job in both if job.split_name == "image"]) == 6
    alone = plan(dataset, tmp_path, splits=("patient",), folds=(0,))
    assert len(alone) == 6


@pytest.mark.parametrize(
    "changes",
    [
        {"training.learning_rate": 0.5},
        {"training.batch_size": 2},
        {"network.base_filters": 32},
        {"preparation.image_size": 32},
        {"folds.fold_seed": 1},
        {"loss.dice_over": "batch"},
    ],
)
def test_a_setting_makes_another_run(dataset, tmp_path, changes):
    options = {"methods": ("dual", "cdsl"), "folds": (0,)}
    before = plan(dataset, tmp_path, **options)
    after = plan(dataset, tmp_path, changes=changes, **options)
    assert not {job.key for job in before} & {job.key for job in after}
    assert not {job.base_key for job in before} & {job.base_key for job in after}


def test_names_of_given_weights_tell_of_no_training(tmp_path):
    write_phantom(tmp_path / "data", hgg=1, lgg=0, shape=(16, 48, 48))
    dataset = BratsDataset(tmp_path / "data")
    paper = registry.paper("anisocascade")
    request = Request(paper, dataset.root, "released", methods=("released",))
    weights = tmp_path / "weights"
    (job,) = plan_jobs(request, dataset, tmp_path / "runs", weights)
    assert job.name.startswith("released-none-fold0-seed0-given-")
    assert job.progress() == ("released weights missing", None)
    write_json(weights / "manifest.json", {})
    assert job.progress() == ("released weights present", None)


@pytest.mark.parametrize(
    ("name", "is_own", "expected"),
    [
        ("figshare", False, "demo_image_2epochs"),
        ("phantom", False, "demo_image_2epochs"),
        ("mine", True, "demo_image_2epochs"),
        ("figshare-small", False, "figshare-small_demo_image_2epochs"),
    ],
)
def test_figures_in_one_folder_have_different_names(
    dataset, tmp_path, name, is_own, expected
):
    changes = {"training.epochs": 2}
    (job, *_) = plan(dataset, tmp_path, methods=("dual",), changes=changes)
    request = Request(registry.paper("linkdsl"), dataset.root, "demo", changes=changes)
    data = SimpleNamespace(name=name, is_own=is_own)
    runner = SimpleNamespace(request=request, dataset=data, paper=request.paper)
    assert figure_suffix(runner, job) == expected


def test_seed_and_split_make_another_run(dataset, tmp_path):
    keys = [
        plan(dataset, tmp_path, methods=("dual",), **options)[0].base_key
        for options in (
            {},
            {"seeds": (1,)},
            {"folds": (1,)},
            {"splits": ("patient",)},
        )
    ]
    assert len(set(keys)) == len(keys)


def test_methods_that_run_only_where_they_are_named(tmp_path):
    write_phantom(tmp_path / "data", "brats15", hgg=0, lgg=5, shape=(16, 48, 48))
    dataset, hierdice = BratsDataset(tmp_path / "data"), registry.paper("hierdice")

    def methods(*named):
        request = Request(hierdice, dataset.root, "demo", methods=named, folds=(0,))
        return [job.method.id for job in plan_jobs(request, dataset, tmp_path)]

    assert len(methods()) == 6 and "resunet-dice" not in methods()
    assert methods("resunet-dice") == ["resunet-dice"]


CLUSTER = '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"index": 0}}'


def test_machines_that_share_a_batch_are_another_run(dataset, tmp_path, monkeypatch):
    """Its rows and its key say how many towers; where they stand, they do not."""

    def run(**options):
        changes = {"training.batch_size": 8}
        options |= {"methods": ("dual",), "folds": (0,), "changes": changes}
        linkdsl = registry.paper("linkdsl")
        label = Request(linkdsl, dataset.root, "demo", **options).profile_label()
        return plan(dataset, tmp_path, **options)[0], label

    monkeypatch.delenv("TF_CONFIG", raising=False)
    alone, two_gpus = run(), run(gpus=2)
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [])
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    two_machines = run()
    assert two_machines[0].shared_by == 2
    assert two_machines[1].endswith("towers=2")
    assert two_machines[0].base_key == two_gpus[0].base_key != alone[0].base_key
    assert two_machines[1] == two_gpus[1] != alone[1]


def test_machines_of_a_protocol_with_towers_make_the_same_run(monkeypatch):
    protocol = registry.paper("hierdice").published
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    assert shared_by(None, protocol) is None


def test_machines_use_the_gpus_that_they_see(dataset, tmp_path, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    with pytest.raises(UserError, match="GPUS=2.*leave GPUS out"):
        plan(dataset, tmp_path, methods=("dual",), folds=(0,), gpus=2)


def test_longer_run_continues_the_longest_shorter_one(dataset, tmp_path):
    def job(epochs):
        changes = {"training.epochs": epochs}
        options = {"methods": ("dual",), "folds": (0,), "changes": changes}
        return plan(dataset, tmp_path, **options)[0]

    long = job(40)
    assert long.shorter() is None
    for epochs in (6, 12, 60):
        done = job(epochs)
        assert done.base_key == long.base_key
        assert done.key != long.key
        done.folder.mkdir(parents=True)
        content = {"base_key": done.base_key, "epochs": epochs, "seconds": 1.0}
        write_json(done.folder / "finished.json", content)
    assert long.shorter().folder == job(12).folder
    # Where the loss has the budget in it, the shorter run was another training.
    other = dataclasses.replace(long.method, budget_in_loss=True)
    assert dataclasses.replace(long, method=other).shorter() is None


def test_cascade_of_a_longer_first_network_is_another_run(dataset, tmp_path):
    keys = {
        plan(
            dataset,
            tmp_path,
            methods=("cdsl",),
            folds=(0,),
            changes={"training.epochs": epochs},
        )[1].base_key
        for epochs in (12, 40)
    }
    assert len(keys) == 2
