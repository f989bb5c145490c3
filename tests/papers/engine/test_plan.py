"""Plans: which jobs a request has, and in which order."""

import pytest

from common.errors import UserError
from data.brats.dataset import BratsDataset
from data.phantom.brats.write import write_phantom
from papers import registry
from papers.engine.plan import outline, plan_jobs
from papers.engine.request import Request


def test_first_network_comes_before_its_cascade(plan):
    jobs = plan(methods=("cdsl",), folds=(0,))
    assert [job.method.id for job in jobs] == ["dual", "cdsl"]
    assert jobs[1].previous is jobs[0]


def test_all_folds_and_seeds(plan):
    jobs = plan(methods=("bce",), seeds=(0, 1))
    folds = {(job.split.fold, job.seed) for job in jobs}
    assert folds == {(fold, seed) for fold in range(5) for seed in (0, 1)}
    assert len({job.folder for job in jobs}) == len(jobs)


def test_leak_methods_only_beside_the_image_wise_run(plan):
    both = plan(splits=("image", "patient"), folds=(0,))
    patient = [job.method.id for job in both if job.split_name == "patient"]
    assert patient == ["linknet", "dual", "cdsl"]
    assert len([job for job in both if job.split_name == "image"]) == 6
    alone = plan(splits=("patient",), folds=(0,))
    assert len(alone) == 6


def test_methods_that_run_only_where_they_are_named(tmp_path):
    write_phantom(tmp_path / "data", "brats15", hgg=0, lgg=5, shape=(16, 48, 48))
    dataset, hierdice = BratsDataset(tmp_path / "data"), registry.paper("hierdice")

    def methods(*named):
        request = Request(hierdice, dataset.root, "demo", methods=named, folds=(0,))
        return [job.method.id for job in plan_jobs(request, dataset, tmp_path)]

    assert len(methods()) == 6 and "resunet-dice" not in methods()
    assert methods("resunet-dice") == ["resunet-dice"]


def test_a_protocol_decides_what_a_training_starts_from(tmp_path):
    write_phantom(tmp_path / "data", "brats17", hgg=5, lgg=0, shape=(16, 48, 48))
    dataset, paper = BratsDataset(tmp_path / "data"), registry.paper("anisocascade")

    def jobs(changes):
        request = Request(
            paper,
            dataset.root,
            "demo",
            changes=changes,
            methods=("wnet-coronal",),
            folds=(0,),
        )
        return plan_jobs(request, dataset, tmp_path)

    (alone,) = jobs({})
    assert alone.starts_from is None
    first, second = jobs({"training.start": "axial"})
    assert second.starts_from is first and first.method.id == "wnet-axial"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"splits": ("image", "patient"), "seeds": (0, 3)},
        {"folds": (1, 3), "methods": ("cdsl",)},
        {"changes": {"training.epochs": 7}},
    ],
)
def test_the_outline_is_the_plan_without_data(plan, dataset, options):
    request = Request(registry.paper("linkdsl"), dataset.root, "demo", **options)
    found = [job.name.rpartition("-")[0] for job in plan(**options)]
    planned = outline(request)
    assert list(planned) == found
    assert all(name.startswith(f"{one.id}-") for name, one in planned.items())


def test_an_outline_of_the_authors_weights_and_of_a_split_of_one_part():
    released = Request(registry.paper("anisocascade"), methods=("released",))
    assert list(outline(released)) == ["released-none-fold0-seed0-given"]
    everything = Request(
        registry.paper("hierdice"),
        profile="paper",
        splits=("all",),
        methods=("unet-bootstrapping",),
    )
    (name,) = outline(everything)
    assert name.startswith("unet-bootstrapping-all-fold0-seed0-")


@pytest.mark.parametrize("folds", [(5,), (0, 7)])
def test_an_outline_refuses_a_fold_that_does_not_exist(folds):
    request = Request(registry.paper("linkdsl"), folds=folds)
    with pytest.raises(UserError, match="FOLDS="):
        outline(request)
