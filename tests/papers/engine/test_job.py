"""Jobs: what makes two runs the same, and what a run may continue."""

import dataclasses

import pytest

from common.errors import UserError
from common.files import write_json
from data.brats.dataset import BratsDataset
from data.phantom.brats.write import write_phantom
from papers import registry
from papers.engine.plan import plan_jobs
from papers.engine.request import Request

CLUSTER = (
    '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}'
)


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
def test_a_setting_makes_another_run(plan, changes):
    options = {"methods": ("dual", "cdsl"), "folds": (0,)}
    before = plan(**options)
    after = plan(changes=changes, **options)
    assert not {job.key for job in before} & {job.key for job in after}
    assert not {job.base_key for job in before} & {job.base_key for job in after}


def test_names_of_released_weights_show_no_training(tmp_path):
    write_phantom(tmp_path / "data", hgg=1, lgg=0, shape=(16, 48, 48))
    dataset = BratsDataset(tmp_path / "data")
    paper = registry.paper("anisocascade")
    request = Request(paper, dataset.root, "released", methods=("released",))
    weights = tmp_path / "weights"
    (job,) = plan_jobs(request, dataset, tmp_path / "runs", weights)
    assert job.name.startswith("released-none-fold0-seed0-given-")
    assert job.short_name == "released"
    assert job.progress() == ("released weights missing", None)
    write_json(weights / "manifest.json", {})
    assert job.progress() == ("released weights present", None)


def test_people_read_a_name_without_a_hash(plan):
    jobs = plan(methods=("dual",), splits=("image", "patient"), seeds=(0, 3))
    names = [job.short_name for job in jobs]
    assert names[0] == "dual image fold 0 seed 0"
    assert len(set(names)) == len(names)
    assert not [job for job in jobs if job.key[:8] in job.short_name]


def test_seed_and_split_make_another_run(plan):
    keys = [
        plan(methods=("dual",), **options)[0].base_key
        for options in (
            {},
            {"seeds": (1,)},
            {"folds": (1,)},
            {"splits": ("patient",)},
        )
    ]
    assert len(set(keys)) == len(keys)


def test_machines_that_share_a_batch_are_another_run(plan, dataset, monkeypatch):
    """Its rows and its key say how many towers; where they stand, they do not."""

    def run(**options):
        changes = {"training.batch_size": 8}
        options |= {"methods": ("dual",), "folds": (0,), "changes": changes}
        linkdsl = registry.paper("linkdsl")
        label = Request(linkdsl, dataset.root, "demo", **options).profile_label()
        return plan(**options)[0], label

    monkeypatch.delenv("TF_CONFIG", raising=False)
    alone, two_gpus = run(), run(gpus=2)
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [])
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    two_machines = run()
    assert two_machines[0].shared_by == 2
    assert two_machines[1].endswith("towers=2")
    assert two_machines[0].base_key == two_gpus[0].base_key != alone[0].base_key
    assert two_machines[1] == two_gpus[1] != alone[1]


def test_machines_use_the_gpus_that_they_see(plan, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    with pytest.raises(UserError, match="GPUS=2.*leave GPUS out"):
        plan(methods=("dual",), folds=(0,), gpus=2)


def test_longer_run_continues_the_longest_shorter_one(plan):
    def job(epochs, seed=0):
        changes = {"training.epochs": epochs}
        options = {"methods": ("dual",), "folds": (0,), "changes": changes}
        return plan(seeds=(seed,), **options)[0]

    def finish(done, epochs):
        done.folder.mkdir(parents=True)
        content = {"base_key": done.base_key, "epochs": epochs, "seconds": 1.0}
        write_json(done.folder / "finished.json", content)

    long = job(40)
    assert long.shorter() is None
    for epochs in (6, 12, 60):
        done = job(epochs)
        assert done.base_key == long.base_key
        assert done.key != long.key
        finish(done, epochs)
    finish(job(20, seed=1), 20)  # that of another seed was another training
    assert long.shorter().folder == job(12).folder
    assert long.progress() == ("new, goes on after 12", None)
    # By the fastest of these, for the 28 epochs that the shorter one has not.
    assert long.remaining() == pytest.approx(28 / 60)
    # Where the loss has the budget in it, the shorter run was another training.
    other = dataclasses.replace(long.method, budget_in_loss=True)
    assert dataclasses.replace(long, method=other).shorter() is None


def test_cascade_of_a_longer_first_network_is_another_run(plan):
    keys = {
        plan(
            methods=("cdsl",),
            folds=(0,),
            changes={"training.epochs": epochs},
        )[1].base_key
        for epochs in (12, 40)
    }
    assert len(keys) == 2


def test_what_is_left_is_judged_by_trainings_of_the_same_method(plan):
    changes = {"training.epochs": 20}
    first, second, other = (
        plan(methods=(method,), folds=(fold,), changes=changes)[0]
        for method, fold in (("dual", 0), ("dual", 1), ("linknet", 1))
    )
    assert first.remaining() is None
    done = {"key": "", "base_key": "", "epochs": 10, "seconds": 30.0}
    first.folder.mkdir(parents=True)
    write_json(first.folder / "finished.json", done)
    assert first.remaining() == 0
    assert second.remaining() == 60
    assert other.remaining() is None
