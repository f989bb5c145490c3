"""Cases that cannot be split or trained on: what is advised makes a training."""

import csv

import pytest

from data.brats.dataset import BratsDataset
from data.case import Case
from data.figshare.dataset import FigshareDataset
from data.phantom.brats.write import write_phantom as write_brats
from data.phantom.figshare.write import write_phantom
from data.splits.folds import patient_folds, read_folds, split_by_fold
from data.splits.folds import split as split_fold
from data.splits.parts import of_group, read_split, split_patients
from papers import registry
from papers.engine.plan import plan_jobs
from papers.engine.request import Request


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Opened phantoms by kind."""
    folder = tmp_path_factory.mktemp("splits")
    write_phantom(folder / "figshare", count=10, size=64, max_slices=2)
    write_brats(folder / "brats", "brats17", hgg=5, lgg=2, shape=(16, 48, 48))
    return {
        "figshare": FigshareDataset(folder / "figshare"),
        "brats": BratsDataset(folder / "brats"),
    }


def experiment(paper_id, data, changes=(), **options):
    """Returns the experiment of the first job of the demo, without a cache."""
    paper = registry.paper(paper_id)
    dataset = data["figshare" if paper.dataset == "figshare" else "brats"]
    request = Request(paper, dataset.root, "demo", changes=list(changes), **options)
    job = plan_jobs(request, dataset, dataset.root)[0]
    return paper.experiment(
        job.method, job.protocol, None, job.split, 0, dataset=dataset
    )


def setting(step):
    """Returns the key and value of a step's `SET=key=value`."""
    return tuple(step.split("SET=")[1].split()[0].rstrip(",").split("="))


@pytest.mark.parametrize("share", ["0.01", "0.05"])
@pytest.mark.parametrize("paper", ["linkdsl", "dsunet", "hierdice", "anisocascade"])
def test_a_case_to_validate_with(told, data, paper, share):
    key = "folds.validation_share"
    without = experiment(paper, data, [(key, share)])
    with told("papers/engine/experiment.py:validation_cases") as caught:
        without.validation_cases()
    advised = setting(caught.value.next_step)
    assert advised[0] == key
    found = experiment(paper, data, [advised])
    assert found.validation_cases() and found.split.train


def test_one_case_is_too_few(told, data):
    """No share would help."""
    alone = experiment("dsunet", data)
    alone.split = split_fold([*alone.cases.values()][:2], _folds(alone, 2), 0, 0.1, 0)
    with told("papers/engine/experiment.py:validation_cases") as caught:
        alone.validation_cases()
    assert caught.value.next_step == "take more cases"
    alone.split = split_fold([*alone.cases.values()][:4], _folds(alone, 4), 0, 0.3, 0)
    assert alone.validation_cases()


def _folds(experiment, count):
    ids = list(experiment.cases)[:count]
    return {case_id: number % 2 for number, case_id in enumerate(ids)}


def test_a_part_to_validate_with(told, data, tmp_path):
    path = tmp_path / "parts.csv"
    ids = [case.id for case in data["brats"] if case.group == "HGG"]
    write_rows(path, "part", dict.fromkeys(ids, "train") | {ids[0]: "test"})
    found = experiment("cunet", data, splits_file=path)
    with told("papers/engine/experiment.py:validation_cases") as caught:
        found.validation_cases()
    assert "SPLITS=file.csv with a part `validation`" in caught.value.next_step
    parts = dict.fromkeys(ids, "train") | {ids[0]: "test", ids[1]: "validation"}
    write_rows(path, "part", parts)
    assert experiment("cunet", data, splits_file=path).validation_cases()


@pytest.mark.parametrize("paper", ["linkdsl", "cunet", "hierdice", "dsunet"])
def test_a_whole_batch(told, data, monkeypatch, paper):
    """The steps of slices need a cache: here each case has one slice."""
    kind = type(experiment(paper, data))
    if "slices" in vars(kind):
        monkeypatch.setattr(kind, "slices", property(lambda self: self.split.train))
    key = "training.tower_size" if paper == "hierdice" else "training.batch_size"
    large = experiment(paper, data, [(key, "100")])
    with told("papers/engine/experiment.py:require_batch") as caught:
        large.require_batch()
    advised = setting(caught.value.next_step)
    assert advised == (key, "1")
    experiment(paper, data, [advised]).require_batch()


@pytest.mark.parametrize("part", ["training", "validation"])
def test_cases_of_the_group(told, data, part):
    """Folds of which one group has no case."""
    found = experiment("hierdice", data, [("slices.group", "LGG")])
    high = tuple(case.id for case in data["brats"] if case.group == "HGG")
    with told("papers/hierdice/experiment.py:_of_group") as caught:
        found._of_group(high, part)
    advised = setting(caught.value.next_step)
    assert experiment("hierdice", data, [advised])._of_group(high, part) == high
    with told("papers/hierdice/experiment.py:_of_group") as caught:
        found._of_group((), part)
    assert caught.value.next_step == "take more cases"


def test_a_group_of_the_data(told, data):
    high = [case for case in data["brats"] if case.group == "HGG"]
    with told("data/splits/parts.py:of_group") as caught:
        of_group(high, "LGG")
    assert "another group" in caught.value.next_step
    assert of_group(high, "HGG") == high and of_group(data["brats"], "LGG")


def test_data_without_grades(told, data, tmp_path):
    """BraTS from 2021 on, and the Decathlon."""
    write_brats(tmp_path, "brats21", hgg=7, lgg=0, shape=(16, 48, 48))
    ungraded = data | {"brats": BratsDataset(tmp_path)}
    with told("data/splits/parts.py:of_group") as caught:
        experiment("cunet", ungraded)
    advised = setting(caught.value.next_step)
    assert len(experiment("cunet", ungraded, [advised]).split.train) > 1


def test_patients_enough_for_three_parts(told, data):
    cases = list(data["brats"])
    with told("data/splits/parts.py:split_patients") as caught:
        split_patients(cases[:2])
    assert caught.value.next_step.startswith("use more cases")
    assert split_patients(cases[:3]).validation


def test_folds_with_cases(told, data):
    cases = list(data["figshare"])
    folds = {case.id: number % 2 * 2 for number, case in enumerate(cases)}
    with told("data/splits/folds.py:split") as caught:
        split_fold(cases, folds, 1, 0.2, 0)
    name, fold = caught.value.next_step.split("=")
    assert name == "FOLDS" and split_fold(cases, folds, int(fold), 0.2, 0).test
    with told("data/splits/folds.py:split") as caught:
        split_by_fold(cases, dict.fromkeys(folds, 0), 0.2, 0)
    assert "several folds" in caught.value.next_step
    assert set(split_by_fold(cases, folds, 0.2, 0)) == {0, 2}


def test_patients_that_are_not_named(told, data, tmp_path):
    cases = [Case(c.id, None, c.group, c.images, c.label) for c in data["figshare"]]
    with told("data/patients.py:patient_of") as caught:
        patient_folds(cases)
    assert "SPLIT=image" in caught.value.next_step
    assert registry.paper("linkdsl").splits[0] == "image"
    assert "SPLITS=file.csv" in caught.value.next_step
    path = tmp_path / "folds.csv"
    folds = {case.id: number % 2 for number, case in enumerate(cases)}
    write_rows(path, "fold", folds)
    assert split_by_fold(cases, read_folds(path, cases), 0.2, 0)


def test_a_patient_in_two_folds(told, data, tmp_path):
    cases = [Case(str(i), f"p{i // 2}", "HGG", {}, None) for i in range(6)]
    path = tmp_path / "parts.csv"
    parts = dict(zip("012345", ["train"] * 3 + ["test"] * 3, strict=True))
    write_rows(path, "part", parts)
    with told("data/splits/folds.py:refuse_divided_patients") as caught:
        read_split(path, cases)
    assert "into the same one" in caught.value.next_step
    assert "patient p1" in caught.value.received
    write_rows(path, "part", parts | {"3": "train"})
    assert read_split(path, cases).test == ("4", "5")


def write_rows(path, column, values, first=""):
    with open(path, "w", newline="") as file:
        file.write(first)
        csv.writer(file).writerows([("case", column), *values.items()])


PARTS = "data/splits/parts.py"
FILES = "data/splits/files.py:read_assignment"


@pytest.mark.parametrize(
    ("place", "content"),
    [
        (FILES, None),
        (FILES, b"case,part\n\xff,train\n"),
        (FILES, b"case,part\n0,nowhere\n"),
        (FILES, b"case,part\n0,train\n0,test\n"),
        (FILES, b"case,part\n0,train\n1,test\n"),
        (
            "data/splits/parts.py:read_split",
            b"case,part\n0,train\n1,test\n2,test\n9,test",
        ),
        (f"{PARTS}:read_split", b"case,part\n0,test\n1,test\n2,test\n"),
    ],
)
def test_a_file_of_splits_is_corrected(told, tmp_path, place, content):
    cases = [Case(str(i), f"p{i}", "HGG", {}, None) for i in range(3)]
    path = tmp_path / "parts.csv"
    if content is not None:
        path.write_bytes(content)
    with told(place) as caught:
        read_split(path, cases)
    assert caught.value.file == str(path)
    assert "SPLITS=" in caught.value.next_step or "file" in caught.value.next_step
    path.write_bytes(b"case,part\n0,train\n1,test\n2,validation\n")
    assert read_split(path, cases).train == ("0",)


def test_a_file_of_splits_whose_hash_is_outdated(told, tmp_path):
    cases = [Case(str(i), f"p{i}", "HGG", {}, None) for i in range(2)]
    path = tmp_path / "parts.csv"
    parts = {"0": "train", "1": "test"}
    write_rows(path, "part", parts, "# sha256=00\n")
    with told(FILES) as caught:
        read_split(path, cases)
    assert "delete its first line" in caught.value.next_step
    path.write_text(path.read_text().partition("\n")[2])
    assert read_split(path, cases).test == ("1",)
