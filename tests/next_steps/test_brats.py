"""Folders of BraTS, their preparation and what is drawn from prepared cases."""

import re
import shlex
import shutil
from types import SimpleNamespace

import nibabel
import numpy as np
import pytest

from data.batches import patches
from data.batches.patch_rule import PatchRule
from data.batches.slice_index import SliceIndex
from data.brats.dataset import BratsDataset
from data.brats.layout import find_layout
from data.brats.survival import read_survival
from data.prepared import estimates
from data.prepared.n4 import N4, corrected
from data.prepared.prepare import prepare_volumes
from data.prepared.prepare_case import prepare_case
from data.prepared.volume_cache import VolumeCache
from papers.cunet.slices import refuse_mixed_sizes, refuse_other_size
from papers.engine.datasets import tools
from tests.data.brats.trees import write_layout
from tests.data.prepared.brats17_tree import file_of, read_file, write_file, write_tree
from tests.data.prepared.small_cases import write_cases

LAYOUT, DATASET = "data/brats/layout.py", "data/brats/dataset.py"
VOLUMES = "data/brats/volume_dataset.py"
SURVIVAL = "data/brats/survival.py"


@pytest.fixture
def root(tmp_path):
    write_tree(tmp_path / "my brats", 2)
    return tmp_path / "my brats"


def checked(step):
    """Runs the check that a step names; returns what it says of errors."""
    words = shlex.split(re.search(r"`make check-data (.*?)`", step)[1])
    given = dict(word.split("=", 1) for word in words)
    found = tools(given["DATASET"]).check(given["DATA"])
    return [finding.file for finding in found if finding.severity == "error"]


def test_a_folder_of_nothing(told, answer, tmp_path):
    with told(f"{LAYOUT}:_nothing") as caught:
        find_layout(tmp_path)
    assert "`make phantom-brats17 DATA=folder`" in caught.value.next_step
    words = ["--folder", "folder", "--count", "1", "--shape", "16,48,48"]
    assert answer("phantom", "brats17", *words) is None
    assert find_layout(tmp_path / "folder").cases


def test_several_data_sets(told, tmp_path):
    for name in ("a", "b"):
        write_tree(tmp_path / name, 1)
    with told(f"{LAYOUT}:find_layout") as caught:
        find_layout(tmp_path)
    assert "the folder of the data set itself" in caught.value.next_step
    assert find_layout(tmp_path / "a").cases


def test_another_release(told, answer, tmp_path):
    write_layout(tmp_path / "one", "brats20")
    with told(f"{LAYOUT}:_one_release") as caught:
        BratsDataset(tmp_path / "one", "brats21")
    step = caught.value.next_step
    checked(step)
    (name,) = re.findall(r"`make prepare-(\w+)`", step)
    assert len(BratsDataset(tmp_path / "one", name)) == 1
    write_layout(tmp_path / "one", "brats21")
    with told(f"{LAYOUT}:_one_release") as caught:
        BratsDataset(tmp_path / "one", "brats20")
    assert "move the cases of other releases" in caught.value.next_step


def test_tables_of_a_release(told, tmp_path):
    write_layout(tmp_path, "brats20")
    table = tmp_path / "name_mapping.csv"
    table.write_bytes(b"\xff\xfe")
    with told(f"{LAYOUT}:_listed_grades") as caught:
        find_layout(tmp_path)
    assert "or delete it" in caught.value.next_step
    table.unlink()
    assert find_layout(tmp_path).cases
    with told(f"{SURVIVAL}:read_survival") as caught:
        read_survival(tmp_path)
    assert "2017 to 2020" in caught.value.next_step
    table = tmp_path / "survival_info.csv"
    table.write_bytes(b"a,b\n1,2\n1,2,3\n")
    with told(f"{SURVIVAL}:read_survival") as caught:
        read_survival(tmp_path)
    assert "copy the table from the release" in caught.value.next_step
    table.write_text("Age\n60\n")
    with told(f"{SURVIVAL}:read_survival") as caught:
        read_survival(tmp_path)
    assert "copy the table from the release" in caught.value.next_step
    table.write_text("Brats20ID,Age,Survival_days,Extent_of_Resection\nx,60,9,GTR\n")
    assert read_survival(tmp_path)["age"].tolist() == [60]


def narrower(root):
    write_file(root, 0, "t1", read_file(root, 0, "t1")[:, :, 1:])


def turned(root):
    path = file_of(root, 0, "t1")
    array = np.asarray(nibabel.load(path).dataobj)
    nibabel.save(nibabel.Nifti1Image(array, np.diag([-2.0, -2, 2, 1])), path)


def doubled(root):
    path = file_of(root, 0, "t1")
    shutil.copy(path, path.with_suffix(""))


def twice(root):
    folder = file_of(root, 0, "t1").parent
    other = root / ("LGG" if folder.parent.name == "HGG" else "HGG")
    shutil.copytree(folder, other / folder.name)


@pytest.mark.parametrize(
    ("place", "damage"),
    [
        (f"{VOLUMES}:_require_grid", narrower),
        (f"{VOLUMES}:_require_grid", turned),
        (f"{DATASET}:_check_complete", lambda root: file_of(root, 0, "t1").unlink()),
        (f"{DATASET}:_check_complete", doubled),
        (f"{DATASET}:_check_complete", twice),
    ],
)
def test_a_damaged_case_is_listed(told, root, tmp_path, place, damage):
    whole = shutil.copytree(root, tmp_path / "whole")
    damage(root)
    with told(place) as caught:
        dataset = BratsDataset(root)
        for case in dataset:
            dataset.read_image(case, "t1")
    assert checked(caught.value.next_step)
    shutil.rmtree(root)
    shutil.copytree(whole, root)
    assert checked(caught.value.next_step) == [] and len(BratsDataset(root)) == 2


def quiet(line):
    pass


def test_a_case_that_cannot_be_prepared(told, root, tmp_path):
    good = read_file(root, 0, "t1")
    write_file(root, 0, "t1", good * 0)
    dataset = BratsDataset(root)
    with told("data/prepared/prepare_case.py:prepare_case") as caught:
        prepare_case(dataset, dataset[0])
    assert checked(caught.value.next_step)
    cache = VolumeCache(tmp_path / "cache", "brats17", "0" * 64)
    with told("data/prepared/progress.py:finish") as caught:
        prepare_volumes(dataset, cache, 1, quiet)
    step = caught.value.next_step
    assert checked(step) and "then run the command again" in step
    write_file(root, 0, "t1", good)
    assert prepare_volumes(BratsDataset(root), cache, 1, quiet) == 1


def test_a_disk_without_space(told, tmp_path, monkeypatch):
    def disk(free):
        monkeypatch.setattr(
            estimates.shutil, "disk_usage", lambda _: SimpleNamespace(free=free)
        )

    disk(free=10)
    with told("data/prepared/estimates.py:require_space") as caught:
        estimates.require_space(tmp_path, 1000, 3)
    assert "free some space" in caught.value.next_step
    disk(free=1000)
    estimates.require_space(tmp_path, 1000, 3)


def test_images_that_n4_cannot_correct(told):
    image = np.random.default_rng(0).normal(size=(16, 16, 16)).astype(np.float32)
    with told("data/prepared/n4.py:corrected") as caught:
        corrected({"t1": image}, N4(), (1.0, 1.0, 1.0), {"t1": "t1.nii.gz"})
    step = caught.value.next_step
    assert "SET=preparation.n4=false" in step and "without N4=1" in step
    assert corrected({"t1": image}, None, (1.0, 1.0, 1.0))["t1"] is image


def test_a_damaged_prepared_case(told, root, tmp_path):
    cache = VolumeCache(tmp_path / "cache", "brats17", "0" * 64)
    dataset = BratsDataset(root)
    prepare_volumes(dataset, cache, 1, quiet)
    path = cache.path(dataset[0].id)
    path.write_bytes(b"no")
    with told("data/prepared/case_cache.py:open") as caught:
        cache.info(dataset[0].id)
    assert "run the prepare stage again" in caught.value.next_step
    path.unlink()
    assert prepare_volumes(dataset, cache, 1, quiet) == 1
    assert cache.info(dataset[0].id).shape


@pytest.fixture
def sizes():
    """A cache whose cases have other sizes; only their shapes are asked for."""
    shapes = {"a": (4, 32, 32), "b": (4, 48, 48), "c": (4, 32, 32)}
    slices = np.zeros(4, int)
    info = {k: SimpleNamespace(shape=v, slices=slices) for k, v in shapes.items()}
    return SimpleNamespace(info=info.__getitem__, folder="cache")


def test_slices_of_one_size(told, sizes):
    """The case of another size is moved away."""
    with told("data/batches/slice_index.py:of") as caught:
        SliceIndex.of(sizes, ["a", "b", "c"])
    assert "move cases of other sizes" in caught.value.next_step
    assert caught.value.file == "b"
    assert SliceIndex.of(sizes, ["a", "c"]).case_ids == ("a", "c")
    with told("papers/cunet/slices.py:refuse_mixed_sizes") as caught:
        refuse_mixed_sizes(sizes, ["a", "b", "c"])
    assert "move cases of other sizes" in caught.value.next_step
    assert refuse_mixed_sizes(sizes, ["a", "c"]) is None
    with told("papers/cunet/slices.py:refuse_other_size") as caught:
        refuse_other_size(sizes, "b", (32, 32))
    assert "`make segment PAPER=cunet" in caught.value.next_step


def test_cases_without_the_labels_of_a_network(told, tmp_path, monkeypatch):
    monkeypatch.setattr(patches, "MAX_DRAWS", 3)

    def sampler(labels):
        cache, _ = write_cases(tmp_path / str(labels), 1)
        rule = PatchRule((3, 4, 4), (3, 4, 4), foreground=(labels,))
        return patches.PatchSampler(cache, ["case0"], rule, 2, seed=1)

    with told("data/batches/patches.py:draw") as caught:
        sampler(9).draw(0)
    assert "add cases that have such labels" in caught.value.next_step
    assert sampler(0).draw(0)
