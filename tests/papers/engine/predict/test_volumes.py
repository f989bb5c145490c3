"""Label maps as files: values, geometry, a folder that is resumed."""

import json
import shutil
from types import SimpleNamespace

import nibabel
import numpy as np
import pytest

from common.errors import UserError
from data.brats.releases import MODALITIES
from data.integrity import Finding
from data.prepared.n4 import N4
from data.scans.find import find_scan
from data.scans.scan import Scan
from data.volume.files import read_geometry, read_volume
from data.volume.geometry import Geometry
from papers import registry
from papers.engine.predict import command as weights
from papers.engine.predict.segmenter import corrected_volumes
from papers.engine.predict.volumes import VolumeFiles

FILES = VolumeFiles()
predict_file, predict_folder = FILES.predict_file, FILES.predict_folder
SHAPE = (6, 7, 8)
AFFINE = np.array([[-1, 0, 0, 9], [0, -1, 0, 20], [0, 0, 1, -4], [0, 0, 0, 1.0]])


class Bright:
    """Segments by FLAIR's intensity; counts what it is asked for."""

    def __init__(self, name="a"):
        self.name, self.seen = name, []

    def read(self, case):
        findings = [Finding("warning", "small", "x", "little", "look")]
        return SimpleNamespace(findings=findings, case=case)

    def segment(self, scan, progress=None):
        image, _ = read_volume(scan.case.images["flair"])
        self.seen.append(scan.case.id)
        if progress is not None:
            progress("whole", "axial", 1, 1)
        labels = np.select([image > 900, image > 600], [4, 2], 0).astype(np.uint8)
        return SimpleNamespace(labels=labels, findings=scan.findings)

    def fingerprint(self):
        return self.name


def write_case(folder, seed=0, names="{id}_{name}.nii.gz", words=MODALITIES):
    folder.mkdir(parents=True)
    drawn = np.random.default_rng(seed).integers(0, 1000, (4, *SHAPE), np.int16)
    for word, volume in zip(words, drawn, strict=True):
        path = folder / names.format(id=folder.name, name=word)
        nibabel.save(nibabel.Nifti1Image(volume.T, AFFINE), path)
    return drawn[0]


def expected(flair, enhancing=4):
    return np.where(flair > 900, enhancing, np.where(flair > 600, 2, 0))


@pytest.mark.parametrize("kind", ["folder", "case", "files"])
def test_one_case(tmp_path, kind):
    folder = tmp_path / "anything"
    flair = write_case(folder)
    case = folder
    if kind != "folder":
        case = find_scan(folder)
    if kind == "files":
        case = {name: str(path) for name, path in case.images.items()}
    told = []
    path = tmp_path / "out" / "seg.nii.gz"
    findings = predict_file(Bright(), case, path, lambda *step: told.append(step))
    labels, geometry = read_volume(path)
    np.testing.assert_array_equal(labels, expected(flair))
    assert labels.dtype == np.uint8 and len(findings) == 1 and len(told) == 1
    assert geometry.matches(read_geometry(folder / "anything_flair.nii.gz"))


def test_values_are_those_of_the_release(tmp_path):
    folder = tmp_path / "BraTS-GLI-00001-000"
    words = ("t2f", "t1n", "t1c", "t2w")
    flair = write_case(folder, names="{id}-{name}.nii.gz", words=words)
    predict_file(Bright(), folder, tmp_path / "seg.nii.gz")
    labels, _ = read_volume(tmp_path / "seg.nii.gz")
    np.testing.assert_array_equal(labels, expected(flair, enhancing=3))


def test_findings_are_shown_before_the_networks_run(tmp_path):
    write_case(tmp_path / "one")
    told = []
    findings = predict_file(
        Bright(),
        tmp_path / "one",
        tmp_path / "seg.nii.gz",
        lambda *step: told.append("ran"),
        lambda finding: told.append("found"),
    )
    assert told == ["found", "ran"] and len(findings) == 1


def test_findings_of_a_folder_are_shown_once_and_first(root, tmp_path):
    said = []
    step = lambda *step: said.append("ran")  # noqa: E731
    predict_folder(Bright(), root, tmp_path / "out", said.append, step)
    assert [line for line in said[:3] if "little" in line] == said[:1]
    assert said[1] == "ran" and said[2].startswith("1/3")
    assert sum("little" in line for line in said) == 3


@pytest.mark.parametrize(
    ("case", "out", "message"),
    [
        ("several", "seg.nii.gz", "a folder, for several cases.*a file's name"),
        ("one", "folder", "file, for one case.*no such ending"),
        ("one", "seg.nrrd", "file, for one case.*a name that ends in .nrrd"),
        ("several", "seg.nrrd", "a folder.*a name that ends in .nrrd"),
        ("several", "a_file", "a folder, for several cases.*a file"),
        ("one", "folder.nii.gz", "a file.*a folder of this name"),
    ],
)
def test_what_cannot_be_written_is_refused_first(
    root, tmp_path, monkeypatch, case, out, message
):
    (tmp_path / "a_file").write_text("")
    (tmp_path / "folder.nii.gz").mkdir()
    paper = SimpleNamespace(
        inference=SimpleNamespace(files=FILES, segmenter=pytest.fail),
    )
    monkeypatch.setattr(registry, "paper", lambda paper_id: paper)
    folder = root if case == "several" else root / IDS[0]
    with pytest.raises(UserError, match=message):
        weights.predict("any", folder, {}, None, tmp_path / out, False)


def test_what_can_be_written_is(root, tmp_path, monkeypatch):
    inference = SimpleNamespace(files=FILES, segmenter=lambda *options: Bright())
    paper = SimpleNamespace(inference=inference)
    monkeypatch.setattr(registry, "paper", lambda paper_id: paper)
    (tmp_path / "v1.new").mkdir()
    for case, out in ((root, "out"), (root, "v1.new"), (root / IDS[0], "seg.NII.gz")):
        weights.predict("any", case, {}, None, tmp_path / out, False)
        assert (tmp_path / out).exists()
    # What holds neither is told by what it lacks.
    (root / IDS[0] / f"{IDS[0]}_t2.nii.gz").unlink()
    with pytest.raises(UserError, match="one file of t2"):
        weights.predict("any", root / IDS[0], {}, None, tmp_path / "a.nii", False)


@pytest.fixture
def root(tmp_path):
    """Three cases of BraTS 2021."""
    for number in range(3):
        write_case(tmp_path / "in" / f"BraTS2021_0000{number}", seed=number)
    return tmp_path / "in"


IDS = [f"BraTS2021_0000{number}" for number in range(3)]


def test_a_folder(root, tmp_path):
    said, segmenter = [], Bright()
    rows = predict_folder(segmenter, root, tmp_path / "out", said.append)
    assert [row.case_id for row in rows] == segmenter.seen == IDS
    assert {row.status for row in rows} == {"written"} and "little" in rows[0].notes[0]
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"{case}.nii.gz" for case in IDS]
    for case in IDS:
        flair, geometry = read_volume(root / case / f"{case}_flair.nii.gz")
        labels, own = read_volume(tmp_path / "out" / f"{case}.nii.gz")
        np.testing.assert_array_equal(labels, expected(flair))
        assert own.matches(geometry)
    assert sum(line.startswith(("1/3", "2/3", "3/3")) for line in said) == 3


def test_any_folder_of_folders(tmp_path):
    for name in ("bob", "alice"):
        write_case(tmp_path / "in" / name)
    rows = predict_folder(Bright(), tmp_path / "in", tmp_path / "out", str)
    assert [row.case_id for row in rows] == ["alice", "bob"]


def test_what_is_there_is_kept_and_what_changed_is_not(root, tmp_path):
    out = tmp_path / "out"
    predict_folder(Bright(), root, out, str)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    segmenter = Bright()
    rows = predict_folder(segmenter, root, out, str)
    assert segmenter.seen == [] and {row.status for row in rows} == {"kept"}
    assert "little" in rows[0].notes[0]
    (out / f"{IDS[0]}.nii.gz").unlink()
    predict_folder(segmenter, root, out, str)
    assert segmenter.seen == IDS[:1]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    other = Bright("other weights")
    predict_folder(other, root, out, str)
    assert other.seen == IDS
    shutil.rmtree(root / IDS[2])
    write_case(root / IDS[2], seed=9)
    predict_folder(other, root, out, str)
    assert other.seen == [*IDS, IDS[2]]


def test_an_interrupted_run_goes_on(root, tmp_path):
    class Stops(Bright):
        def segment(self, scan, progress=None):
            if self.seen:
                raise KeyboardInterrupt
            return super().segment(scan, progress)

    with pytest.raises(KeyboardInterrupt):
        predict_folder(Stops(), root, tmp_path / "out", str)
    segmenter = Bright()
    rows = predict_folder(segmenter, root, tmp_path / "out", str)
    assert segmenter.seen == IDS[1:]
    assert [row.status for row in rows] == ["kept", "written", "written"]


def test_a_case_that_fails_is_a_row_without_a_file(root, tmp_path):
    out = tmp_path / "out"
    predict_folder(Bright(), root, out, str)
    (root / IDS[1] / f"{IDS[1]}_t2.nii.gz").unlink()
    rows = predict_folder(Bright(), root, out, str)
    assert [row.status for row in rows] == ["kept", "failed", "kept"]
    assert "t2" in rows[1].notes[0]
    assert sorted(path.name for path in out.iterdir()) == [
        f"{IDS[0]}.nii.gz",
        f"{IDS[2]}.nii.gz",
    ]
    record = json.loads((tmp_path / "out.json").read_text())
    assert record[IDS[1]]["status"] == "failed" and record[IDS[1]]["file"] is None


def test_a_folder_without_cases_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(UserError, match="folders of cases"):
        predict_folder(Bright(), tmp_path / "in", tmp_path / "out", str)
    with pytest.raises(UserError, match="no such folder"):
        predict_folder(Bright(), tmp_path / "none", tmp_path / "out", str)


def test_an_image_that_n4_cannot_correct_is_named_by_its_file():
    volumes = [np.full((4, 4, 4), -1.0, np.float32)] * 4
    paths = {name: f"scans/{name}.nii.gz" for name in MODALITIES}
    scan = Scan(tuple(volumes), Geometry((4, 4, 4), np.eye(4)), [], paths)
    with pytest.raises(UserError, match=f"scans/{MODALITIES[0]}.nii.gz.*without it"):
        corrected_volumes(scan, N4())
