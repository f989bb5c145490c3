"""The download of the Decathlon, whole or case by case, from a local server."""

import gzip
import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from common.errors import UserError
from common.files import sha256
from data.msd.dataset import MsdDataset
from data.msd.download import MD5, URL, download_cases, download_msd
from data.phantom.msd.write import write_phantom
from tests.data.download.server import serving

ROOT = Path(__file__).resolve().parents[3]
NAME = "/Task01_BrainTumour.tar"


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    root = tmp_path_factory.mktemp("phantom") / "Task01_BrainTumour"
    write_phantom(root, count=3, shape=(16, 48, 48))
    return root


@pytest.fixture(scope="module")
def packed(phantom):
    """The archive, as the real one is: files of macOS in it, not compressed."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:") as file:
        for folder in ("imagesTr", "labelsTr", "imagesTs"):
            file.add(phantom / folder, f"Task01_BrainTumour/{folder}")
        file.add(phantom / "dataset.json", "Task01_BrainTumour/dataset.json")
    return content.getvalue()


def quiet(line):
    pass


def get(server, folder, packed, cases=None):
    server.content.setdefault(NAME, packed)
    url = f"{server.url}{NAME}"
    if cases:
        download_cases(folder, cases, quiet, url)
    else:
        md5 = hashlib.md5(packed, usedforsecurity=False).hexdigest()
        download_msd(folder, quiet, url, md5)


def files(folder):
    """The data files below a folder, by their place in it."""
    found = [path for path in folder.rglob("*.*") if path.is_file()]
    found = {path.relative_to(folder).as_posix(): sha256(path) for path in found}
    return {name: one for name, one in found.items() if "downloads" not in name}


def test_the_archive_is_the_public_one():
    assert URL.startswith("https://msd-for-monai.s3-us-west-2.amazonaws.com/Task01_")
    assert len(MD5) == 32


def test_the_whole_archive_is_unpacked_and_kept(server, phantom, packed, tmp_path):
    get(server, tmp_path, packed)
    wanted = {n: s for n, s in files(phantom).items() if "._" not in n}
    del wanted["phantom.json"]
    assert files(tmp_path) == wanted
    assert len(MsdDataset(tmp_path)) == 4
    server.requests.clear()
    (tmp_path / "downloads" / "Task01_BrainTumour.tar").unlink()
    get(server, tmp_path, packed)
    assert not server.requests, "what is unpacked needs no archive"
    (tmp_path / "labelsTr" / "BRATS_001.nii.gz").write_bytes(b"changed")
    with pytest.raises(UserError, match="another or a damaged file"):
        get(server, tmp_path, packed)


def test_single_cases_are_the_same_files(server, phantom, packed, tmp_path):
    get(server, tmp_path, packed, ["BRATS_002", "BRATS_004"])
    known, found = files(phantom), files(tmp_path)
    names = ["imagesTr/BRATS_002", "labelsTr/BRATS_002", "imagesTs/BRATS_004"]
    assert set(found) == {"dataset.json", *(f"{name}.nii.gz" for name in names)}
    assert all(known[name] == digest for name, digest in found.items())
    assert [case.id for case in MsdDataset(tmp_path)] == ["BRATS_002", "BRATS_004"]
    server.requests.clear()
    get(server, tmp_path, packed, ["BRATS_002"])
    assert not server.requests


def test_a_case_that_is_not_there(server, packed, tmp_path):
    with pytest.raises(UserError, match="the case BRATS_700"):
        get(server, tmp_path, packed, ["BRATS_001", "BRATS_700"])
    assert not files(tmp_path)


def test_a_broken_connection_is_resumed(server, packed, tmp_path):
    get(server, tmp_path, packed, ["BRATS_001"])
    target = tmp_path / "imagesTr" / "BRATS_003.nii.gz"
    size = len(target.with_name("BRATS_001.nii.gz").read_bytes())
    server.break_after = size // 3
    with pytest.raises(UserError, match="it resumes where it stopped"):
        get(server, tmp_path, packed, ["BRATS_003"])
    assert not target.exists()
    get(server, tmp_path, packed, ["BRATS_003"])
    assert target.exists() and not list((tmp_path / "downloads").glob("*.part"))


def test_a_part_is_not_fetched_again(server, packed, tmp_path):
    get(server, tmp_path, packed, ["BRATS_001"])
    target = tmp_path / "imagesTr" / "BRATS_001.nii.gz"
    content = target.read_bytes()
    target.unlink()
    part = tmp_path / "downloads" / "imagesTr-BRATS_001.nii.gz.part"
    part.write_bytes(content[:1000])
    server.requests.clear()
    get(server, tmp_path, packed, ["BRATS_001"])
    ((_, wanted),) = server.requests
    first, last = map(int, wanted[6:].split("-"))
    assert last - first + 1 == len(content) - 1000 and target.read_bytes() == content


def test_a_damaged_member_is_refused(server, packed, tmp_path):
    with tarfile.open(fileobj=io.BytesIO(packed)) as file:
        member = file.getmember("Task01_BrainTumour/imagesTr/BRATS_002.nii.gz")
    broken = bytearray(packed)
    broken[member.offset_data + member.size // 2] ^= 1
    server.content[NAME] = bytes(broken)
    with pytest.raises(UserError, match="BRATS_002.nii.gz without damage"):
        get(server, tmp_path, packed, ["BRATS_002"])
    assert not (tmp_path / "imagesTr" / "BRATS_002.nii.gz").exists()
    assert not list((tmp_path / "downloads").glob("*.part"))


def test_a_changed_archive_is_not_mixed_with_the_old_one(server, packed, tmp_path):
    get(server, tmp_path, packed, ["BRATS_001"])
    server.content[NAME] = packed + bytes(10240)
    with pytest.raises(UserError, match="another one"):
        get(server, tmp_path, packed, ["BRATS_002"])
    (tmp_path / "downloads" / "index.json").unlink()
    get(server, tmp_path, packed, ["BRATS_002"])
    assert len(MsdDataset(tmp_path)) == 2


def test_a_server_without_ranges_sends_the_whole(server, packed, tmp_path):
    server.knows_ranges = False
    with pytest.raises(UserError, match="`make data-msd` downloads all of it"):
        get(server, tmp_path, packed, ["BRATS_001"])
    get(server, tmp_path, packed)
    assert len(MsdDataset(tmp_path)) == 4


def test_a_foreign_file_is_not_replaced(server, packed, tmp_path):
    (tmp_path / "labelsTr").mkdir()
    mine = tmp_path / "labelsTr" / "BRATS_001.nii.gz"
    mine.write_bytes(gzip.compress(b"mine"))
    with pytest.raises(UserError, match="another or a damaged file"):
        get(server, tmp_path, packed, ["BRATS_001"])
    assert gzip.decompress(mine.read_bytes()) == b"mine"


@pytest.mark.parametrize("name", ["../BRATS_1.nii.gz", "/imagesTr/BRATS_1.nii.gz"])
def test_nothing_is_unpacked_outside(server, tmp_path, name):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:") as file:
        member = tarfile.TarInfo(name)
        member.size = 3
        file.addfile(member, io.BytesIO(b"out"))
    with pytest.raises(UserError, match="delete it, then `make data-msd`"):
        get(server, tmp_path / "set", content.getvalue())
    assert not list(tmp_path.rglob("BRATS_*"))


def test_a_link_is_not_followed(server, packed, tmp_path):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:") as file:
        member = tarfile.TarInfo("Task01_BrainTumour/imagesTr/BRATS_001.nii.gz")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(member)
    with pytest.raises(UserError, match="dataset.json"):
        get(server, tmp_path / "set", content.getvalue())


def test_a_killed_download_goes_on(server, packed, tmp_path):
    """Killed while the server holds back the second half of a volume."""
    server.content[NAME] = packed
    get(server, tmp_path, packed, ["BRATS_001"])
    server.hold_after = 20_000
    code = (
        "import sys; from data.msd.download import download_cases; "
        "download_cases(sys.argv[1], ['BRATS_003'], print, sys.argv[2])"
    )
    words = [sys.executable, "-c", code, str(tmp_path), f"{server.url}{NAME}"]
    process = subprocess.Popen(words, cwd=ROOT)
    deadline = time.monotonic() + 60
    while not server.is_holding.is_set() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.is_holding.is_set()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    server.hold_after = None
    server.go_on.set()
    assert not (tmp_path / "imagesTr" / "BRATS_003.nii.gz").exists()
    get(server, tmp_path, packed, ["BRATS_003"])
    assert [case.id for case in MsdDataset(tmp_path)] == ["BRATS_001", "BRATS_003"]
    assert not list((tmp_path / "imagesTr").glob(".*"))
