"""What was not written by a prediction is neither replaced nor deleted."""

import json
import os
from types import SimpleNamespace

import nibabel
import numpy as np
import pytest

from common.errors import UserError
from common.files import lock_beside, write_json
from data.brats.releases import MODALITIES
from papers import registry
from papers.engine.predict import command
from papers.engine.predict.files import Files
from papers.engine.predict.record import Record
from papers.engine.predict.slices import SliceFiles
from papers.engine.predict.volumes import VolumeFiles
from tests.disks import small_disk


class Plain(Files):
    """Text files, segmented into their lengths."""

    outputs = (".out",)
    ending = ".out"

    shown = None  # a page and a picture are of volumes and slices

    def kind_of(self, case):
        return "several" if case.is_dir() else "one"

    def open_case(self, source):
        if source.read_text() == "bad":
            raise UserError(source, "good", "bad", "repair it")
        return source

    def list_cases(self, root):
        return [(path.stem, path) for path in sorted(root.glob("*.*"))]

    def images(self, case):
        return [case]

    def segment(self, segmenter, case, progress, warn):
        segmenter.seen.append(case.stem)
        return f"{len(case.read_text())} {segmenter.fingerprint()}", []

    def encode(self, path, labels, case):
        return labels.encode()


FILES = Plain()


def network(name="a"):
    return SimpleNamespace(seen=[], fingerprint=lambda: name)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(name)
    return folder


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def predict(root, out, segmenter=None, **options):
    return FILES.predict_folder(segmenter or network(), root, out, str, **options)


def test_a_file_is_replaced_only_by_who_wrote_it(root, tmp_path):
    out = tmp_path / "x.out"
    FILES.predict_file(network(), root / "a.txt", out)
    (root / "a.txt").write_text("longer")
    FILES.predict_file(network(), root / "a.txt", out)
    assert out.read_text() == "6 a"
    out.write_text("corrected")
    with pytest.raises(UserError, match="x.out.*nobody has changed.*another --out"):
        FILES.predict_file(network(), root / "a.txt", out)
    assert out.read_text() == "corrected"


def test_foreign_files_are_refused_before_a_network_is_loaded(
    root, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.out").write_text("mine")
    inference = SimpleNamespace(files=FILES, segmenter=pytest.fail)
    paper = SimpleNamespace(inference=inference)
    monkeypatch.setattr(registry, "paper", lambda name: paper)
    before = contents(tmp_path)
    for case, target, message in [
        (root, out, "b.out.*nobody has changed.*another --out"),
        (root, root, "a folder apart from the cases"),
        (root / "a.txt", out / "b.out", "nobody has changed"),
    ]:
        with pytest.raises(UserError, match=message):
            command.predict("any", case, {}, None, target, False)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("case, out", [("", "out"), ("a.txt", "a.out")])
def test_two_at_once_take_turns(root, tmp_path, monkeypatch, case, out):
    """Each has its own copy of the record, which it writes whole."""
    out, held = tmp_path / out, []

    class Held(Plain):
        def segment(self, *arguments):
            with pytest.raises(ValueError, match="held already"), lock_beside(out):
                raise AssertionError("two at once")
            held.append(out)
            return super().segment(*arguments)

    inference = SimpleNamespace(files=Held(), segmenter=lambda *more: network())
    paper = SimpleNamespace(inference=inference)
    monkeypatch.setattr(registry, "paper", lambda name: paper)
    command.predict("any", root / case, {}, tmp_path, out, False)
    assert len(held) == (1 if case else 3)
    assert not list(tmp_path.glob(".*"))


def test_one_name_for_two_cases_is_refused(root, tmp_path):
    (root / "a.txt2").write_text("other")
    with pytest.raises(UserError, match="one name for each case.*a.txt, a.txt2"):
        predict(root, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_was_corrected_by_hand_is_kept_and_named(root, tmp_path):
    out, said = tmp_path / "out", []
    predict(root, out)
    (out / "b.out").write_text("corrected")
    (root / "b.txt").write_text("bad")
    rows = FILES.predict_folder(network("other"), root, out, said.append)
    assert [row.status for row in rows] == ["written", "kept", "written"]
    assert (out / "b.out").read_text() == "corrected"
    assert any("changed after it was written" in line for line in said)
    # Its advice works.
    (out / "b.out").unlink()
    (root / "b.txt").write_text("good")
    assert predict(root, out)[1].status == "written"


def test_a_failed_case_leaves_no_older_output_of_ours(root, tmp_path):
    out = tmp_path / "out"
    predict(root, out)
    (root / "b.txt").write_text("bad")
    assert predict(root, out)[1].status == "failed"
    assert not (out / "b.out").exists()
    (out / "b.out").write_text("mine")
    with pytest.raises(UserError, match="b.out"):
        predict(root, out)
    assert (out / "b.out").read_text() == "mine"


def test_a_file_that_cannot_be_read_is_one_row(root, tmp_path):
    (root / "b.txt").unlink()
    (root / "b.txt").symlink_to("nowhere")
    rows = predict(root, tmp_path / "out")
    assert [row.status for row in rows] == ["written", "failed", "written"]
    assert "No such file" in rows[1].notes[0]


def test_the_same_file_written_again_replaces_nothing(root, tmp_path):
    """As after a kill: the record is that of a run that nobody disturbed."""
    out = tmp_path / "a.out"
    for _ in range(2):
        FILES.predict_file(network(), root / "a.txt", out)
        rows = json.loads((tmp_path / "a.out.json").read_text())
        assert rows["a.out"]["replaces"] is None


def test_a_foreign_record_is_refused(root, tmp_path):
    record = tmp_path / "dataset.json"
    for content in ('{"name": "mine"}', "[1]", "no JSON", '{"a": {"file": 1}}'):
        record.write_text(content)
        with pytest.raises(UserError, match="dataset.json.*another --out"):
            predict(root, tmp_path / "dataset")
        assert record.read_text() == content


@pytest.mark.parametrize("old", [None, "older"])
def test_killed_between_record_and_file(root, tmp_path, monkeypatch, old):
    """The record is written first; what is there is still ours."""
    out = tmp_path / "out"
    if old:
        predict(root, out, network(old))

    def killed(*paths):
        if str(paths[1]).endswith("b.out"):
            raise KeyboardInterrupt
        return replace(*paths)

    replace = os.replace
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        predict(root, out)
    monkeypatch.undo()
    segmenter = network()
    rows = predict(root, out, segmenter)
    assert segmenter.seen == ["b", "c"]
    assert [row.status for row in rows] == ["kept", "written", "written"]
    assert json.loads((tmp_path / "out.json").read_text())["b"]["status"] == "written"


@pytest.mark.parametrize("old", [None, "older"])
def test_a_full_disk_leaves_record_and_file_as_they_were(root, tmp_path, old):
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk") as disk:
        out = disk / "a.out"
        if old:
            FILES.predict_file(network(old), root / "a.txt", out)
        before = contents(disk)
        with pytest.raises(UserError, match="No space left on device"):
            FILES.predict_file(network("x" * 100_000), root / "a.txt", out)
        assert contents(disk) == before


def write_case(folder):
    folder.mkdir(parents=True)
    for name in MODALITIES:
        image = nibabel.Nifti1Image(np.ones((3, 3, 3), np.int16), np.eye(4))
        nibabel.save(image, folder / f"{folder.name}_{name}.nii.gz")


def test_places_of_a_volumes_own_files(tmp_path):
    files, case = VolumeFiles(), tmp_path / "in" / "c"
    write_case(case)
    images = {name: case / f"c_{name}.nii.gz" for name in MODALITIES}
    (tmp_path / "link.nii.gz").symlink_to(images["t1"])
    for source in (case, images):
        for out in (
            images["t1"],
            tmp_path / "link.nii.gz",
            case / "c_seg.nii.gz",  # would be read as the truth
            case / "new_t2.nii.gz",  # a second T2
            case / "sub" / "mask.nii.gz",
        ):
            with pytest.raises(UserError, match="not read as an input"):
                files.check_file(source, out)
        for out in (case / "prediction.nii.gz", tmp_path / "in" / "seg.nii.gz"):
            files.check_file(source, out)
    for out in (tmp_path / "in", tmp_path / "in" / "out", case):
        with pytest.raises(UserError, match="a folder apart from the cases"):
            files.check_folder(tmp_path / "in", out)
    files.check_folder(tmp_path / "in", tmp_path / "out")


def test_slices_of_one_name(tmp_path):
    for name in ("1.mat", "1.png", "2.png"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UserError, match=r"one name for each case.*1\.mat, 1\.png"):
        SliceFiles().check_folder(tmp_path, tmp_path / "out")
    with pytest.raises(UserError, match="not read as an input"):
        SliceFiles().check_file(tmp_path / "2.png", tmp_path / "2.png")


@pytest.mark.parametrize("changes", [{"file": ["a"]}, {"replaces": 5}, {"source": {}}])
def test_a_record_of_something_else(tmp_path, changes):
    row = {"case_id": "a", "status": "written", "source": "s", "file": None} | changes
    write_json(tmp_path / "out.json", {"a": row})
    with pytest.raises(UserError, match="out.json: .*record of what was written"):
        Record(tmp_path / "out")
