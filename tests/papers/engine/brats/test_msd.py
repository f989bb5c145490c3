"""Each paper on BraTS takes the Decathlon: its cases, its splits, its files."""

import io
from types import SimpleNamespace

import nibabel
import numpy as np
import pytest
from rich.console import Console as RichConsole

from data.brats.labels import to_canonical
from data.msd.dataset import MsdDataset
from data.phantom.msd.write import write_phantom
from data.scans.find import find_scan
from data.scans.scan import open_scan
from papers import registry
from papers.engine.console import Console
from papers.engine.predict.volumes import VolumeFiles
from papers.engine.request import Request
from papers.engine.runner import Runner

PAPERS = [paper for paper in registry.papers() if paper.dataset.startswith("brats")]
FILES = VolumeFiles()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A phantom of ten training and four test cases; not to be changed."""
    folder = tmp_path_factory.mktemp("decathlon") / "Task01_BrainTumour"
    write_phantom(folder, count=10, shape=(16, 48, 48))
    return folder


@pytest.fixture(scope="module")
def runners(root, tmp_path_factory):
    """What each paper makes of the data, prepared once for all of them."""
    workspace, found = tmp_path_factory.mktemp("workspace"), {}
    for paper in PAPERS:
        # Nothing tells the grades of these cases.
        takes_one_grade = paper.id in ("cunet", "hierdice")
        changes = [("slices.group", "all")] if takes_one_grade else []
        request = Request(paper, root, "demo", changes=changes)
        console = Console(RichConsole(file=io.StringIO(), width=400))
        runner = Runner(request, workspace, console)
        runner.prepare()
        found[paper.id] = runner
    return found


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.id)
def test_splits_are_of_cases_and_say_so(paper, runners):
    runner = runners[paper.id]
    assert isinstance(runner.dataset, MsdDataset) and runner.jobs
    for job in runner.jobs:
        assert job.split_name == "case"
        parts = [job.split.train, job.split.validation, job.split.test]
        assert len({case for part in parts for case in part}) <= 10
        assert not set(job.split.test) & {*job.split.train, *job.split.validation}
    lines = runner.console.rich.file.getvalue().splitlines()
    assert any("4 of 14 cases have no labels" in line for line in lines)
    assert any("which cases are of one patient" in line for line in lines)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.id)
def test_a_batch_of_its_training_is_made_of_its_voxels(paper, runners):
    runner = runners[paper.id]
    job = next(job for job in runner.jobs if job.trains)
    experiment = runner._experiment(job)
    x, _ = next(iter(experiment.stream(0)))
    images = np.asarray(x[0] if isinstance(x, tuple | list) else x)
    assert np.isfinite(images).all() and images.std() > 0


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.id)
def test_its_rows_are_never_beside_the_published_numbers(paper):
    assert paper.dataset != "msd"
    assert all(table.dataset not in (None, "msd") for table in paper.tables)


class Truth:
    """Segments a scan as the label map of its case says."""

    def __init__(self, dataset):
        self.labels = {case.id: dataset.read_labels(case) for case in dataset}

    def read(self, case):
        self.case = case
        return open_scan(case)

    def segment(self, scan, progress=None):
        labels = self.labels[self.case.id]
        if labels is None:  # a test case
            labels = np.zeros(scan.volumes[0].shape, np.uint8)
        return SimpleNamespace(labels=scan.restore(labels), findings=[])

    def fingerprint(self):
        return "truth"


def test_a_scan_of_one_file_is_read_as_the_data_set_reads_it(root):
    dataset = MsdDataset(root)
    scan = open_scan(root / "imagesTr" / "BRATS_001.nii.gz")
    for volume, expected in zip(
        scan.volumes, dataset.read_images(dataset[0]).values(), strict=True
    ):
        np.testing.assert_array_equal(volume, expected)
    assert find_scan(root / "imagesTs" / "BRATS_011.nii.gz").id == "BRATS_011"


def test_predictions_have_the_values_and_the_grid_of_its_label_maps(root, tmp_path):
    dataset, out = MsdDataset(root), tmp_path / "seg.nii.gz"
    file = root / "imagesTr" / "BRATS_001.nii.gz"
    assert FILES.kind_of(file) == "one" and FILES.kind_of(root) == "several"
    FILES.predict_file(Truth(dataset), file, out)
    truth, written = nibabel.load(root / "labelsTr" / file.name), nibabel.load(out)
    np.testing.assert_array_equal(written.get_fdata(), truth.get_fdata())
    np.testing.assert_array_equal(written.affine, truth.affine)
    rows = FILES.predict_folder(Truth(dataset), root / "imagesTs", tmp_path / "out")
    assert [row.case_id for row in rows] == [f"BRATS_0{n}" for n in range(11, 15)]
    assert {row.status for row in rows} == {"written"}
    assert len(FILES.list_cases(root)) == 14
    case = find_scan(file)
    values = to_canonical(np.asarray(written.dataobj), dataset._release, out)
    assert set(np.unique(values)) == {0, 1, 2, 4} and case.channels["t1ce"] == 2


def test_no_prediction_lands_among_the_cases(root):
    case = FILES.open_case(root / "imagesTs" / "BRATS_011.nii.gz")
    assert FILES.is_input(root / "labelsTr" / "BRATS_011.nii.gz", case)
    assert FILES.is_among_inputs(root / "labelsTs", root)
