"""Downloads by ranges, and weights that can be had."""

import hashlib
import io
import re
import tarfile
from pathlib import Path

import pytest

from common.files import read_json, write_json
from data.download.ranged_file import RangedFile
from data.download.tar_index import TarIndex
from data.msd import download
from data.msd.dataset import MsdDataset
from data.msd.download import download_cases, download_msd
from data.phantom.msd.write import write_phantom
from papers.engine.datasets import tools
from papers.engine.zoo.download import folder_of, weights_of
from tests.data.download.server import serving

RANGES = "data/download/ranged_file.py"
MSD = "data/msd/download.py"
NAME = "/Task01_BrainTumour.tar"


@pytest.fixture
def server(tmp_path):
    """A served archive of one training and one test case."""
    write_phantom(tmp_path / "phantom", count=1, shape=(16, 48, 48))
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:") as file:
        file.add(tmp_path / "phantom", "Task01_BrainTumour")
    with serving() as server:
        server.content[NAME] = content.getvalue()
        server.good = content.getvalue()
        yield server


def quiet(line):
    pass


def get(server, folder, *cases):
    download_cases(folder, cases or ["BRATS_001"], quiet, f"{server.url}{NAME}")
    return len(MsdDataset(folder))


def whole(server, folder):
    """Follows `make data-msd`, with this server's checksum."""
    md5 = hashlib.md5(server.content[NAME], usedforsecurity=False).hexdigest()
    download_msd(folder, quiet, f"{server.url}{NAME}", md5)
    return len(MsdDataset(folder))


def test_a_server_without_ranges(told, server, tmp_path):
    server.knows_ranges = False
    with told(f"{RANGES}:_expected") as caught:
        get(server, tmp_path / "new")
    assert "`make data-msd` downloads all of it" in caught.value.next_step
    assert whole(server, tmp_path / "new") == 2


def test_another_version(told, server, tmp_path):
    assert get(server, tmp_path / "new") == 1
    server.content[NAME] = server.good + bytes(10240)
    with told(f"{RANGES}:_expected") as caught:
        get(server, tmp_path / "new", "BRATS_002")
    (kept,) = re.findall(r"delete (.*), then", caught.value.next_step)
    assert kept == str(tmp_path / "new" / "downloads" / "index.json")
    (tmp_path / "new" / "downloads" / "index.json").unlink()
    assert get(server, tmp_path / "new", "BRATS_002") == 2


def test_an_answer_that_breaks_off(told, server, tmp_path):
    file = RangedFile(f"{server.url}{NAME}", tmp_path, "")
    server.break_after = 10
    with told(f"{RANGES}:_failed") as caught:
        file.read(0, 1000)
    assert caught.value.next_step.startswith("run the command again")
    assert file.read(0, 1000) == server.good[:1000]


def test_no_connection(told, server, tmp_path):
    """A closed port; the archive, put where the step says, needs none."""
    gone = f"http://127.0.0.1:1{NAME}"
    folder = tmp_path / "new"
    with told(f"{RANGES}:blocks") as caught:
        download_cases(folder, ["BRATS_001"], quiet, gone)
    assert "HTTPConnection" not in str(caught.value)
    assert "`make data-msd`" in caught.value.next_step
    md5 = hashlib.md5(server.good, usedforsecurity=False).hexdigest()
    with told("data/download/resume.py:download") as caught:
        download_msd(folder, quiet, gone, md5)
    assert "HTTPConnection" not in str(caught.value)
    name, place = re.findall(
        r"put (\S+), fetched elsewhere, into (.*)$", caught.value.next_step
    )[0]
    (Path(place) / name).write_bytes(server.good)
    download_msd(folder, quiet, gone, md5)
    assert len(MsdDataset(folder)) == 2


def test_what_is_no_archive(told, server, tmp_path):
    server.content[NAME] = b"come back later" * 100
    remote = RangedFile(f"{server.url}{NAME}", tmp_path, "do it otherwise")
    index = TarIndex(remote, tmp_path / "index.json", quiet)
    with told("data/download/tar_index.py:walk_until") as caught:
        index.walk_until(lambda members: False)
    assert caught.value.next_step.startswith("run the command again")
    server.content[NAME] = server.good
    (tmp_path / "index.json").unlink()
    assert get(server, tmp_path / "new") == 1


@pytest.mark.parametrize(
    "changes", [{"members": []}, {"next": "0"}, {"version": [1]}, {"members": {"a": 1}}]
)
def test_a_kept_index_of_something_else(told, server, tmp_path, changes):
    index = tmp_path / "new" / "downloads" / "index.json"
    assert get(server, tmp_path / "new") == 1
    write_json(index, read_json(index) | changes)
    with told("data/download/tar_index.py:_read_index") as caught:
        get(server, tmp_path / "new")
    assert caught.value.next_step == "delete it and run the command again"
    index.unlink()
    assert get(server, tmp_path / "new") == 1


def test_a_case_that_is_not_there(told, server, tmp_path):
    with told(f"{MSD}:download_cases") as caught:
        get(server, tmp_path / "new", "BRATS_001", "BRATS_700")
    assert caught.value.next_step.startswith("leave it out, or `make data-msd`")
    assert get(server, tmp_path / "new", "BRATS_001") == 1


@pytest.mark.parametrize("case", ["449", "BRATS_1", "BRATS_000", "BRATS_751"])
def test_what_is_no_case_is_told_at_once(told, server, tmp_path, case):
    with told(f"{MSD}:_check_id") as caught:
        get(server, tmp_path / "new", "BRATS_001", case)
    assert not server.requests and not (tmp_path / "new").exists()
    (name,) = re.findall(r"such as (\w+),", caught.value.next_step)
    assert get(server, tmp_path / "new", name) == 1


def test_a_damaged_member(told, server, tmp_path, monkeypatch):
    damage = download._damage
    monkeypatch.setattr(download, "_damage", lambda path: "a wrong checksum")
    with told(f"{MSD}:_fetch") as caught:
        get(server, tmp_path / "new")
    assert caught.value.next_step.startswith("run the command again")
    monkeypatch.setattr(download, "_damage", damage)
    assert get(server, tmp_path / "new") == 1


def test_a_damaged_archive(told, server, tmp_path):
    server.content[NAME] = b"no archive"
    with told(f"{MSD}:_bad_archive") as caught:
        whole(server, tmp_path / "new")
    assert caught.value.next_step == "delete it, then `make data-msd`"
    (tmp_path / "new" / "downloads" / "Task01_BrainTumour.tar").unlink()
    server.content[NAME] = server.good
    assert whole(server, tmp_path / "new") == 2


def test_single_cases_of_another_data_set(told, tmp_path, monkeypatch):
    with told("papers/engine/datasets.py:download_cases") as caught:
        tools("figshare").download_cases(tmp_path, ("1",), quiet)
    assert caught.value.next_step.startswith("leave --cases (CASES=) out")
    asked = []
    monkeypatch.setattr(
        "data.figshare.download_figshare", lambda *words: asked.append(words)
    )
    tools("figshare").download(tmp_path, quiet)
    assert asked


def test_a_paper_without_weights(told, answer):
    with told("papers/engine/zoo/download.py:weights_of") as caught:
        weights_of("cunet")
    assert caught.value.next_step == "`make train-cunet` trains your own"
    (able,) = re.findall(r"had: (\w+)$", caught.value.expected)
    assert weights_of(able).files


def test_weights_that_are_part_of_the_repository(answer, capsys):
    assert answer("weights", "download", "linkdsl") is None
    shown = capsys.readouterr().out
    assert "part of the repository" in shown and "results/linkdsl/weights/" in shown


def test_weights_that_are_not_there(told, tmp_path):
    with told("papers/engine/zoo/download.py:folder_of") as caught:
        folder_of("anisocascade", tmp_path / "weights")
    assert "`make weights-anisocascade`" in caught.value.next_step
    (tmp_path / "weights").mkdir()
    assert folder_of("anisocascade", tmp_path / "weights")
