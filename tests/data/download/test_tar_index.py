"""Members of an archive on a server: where `tarfile` finds them in the whole file."""

import io
import tarfile

import pytest

from common.errors import UserError
from common.files import read_json, write_json
from data.download.ranged_file import RangedFile
from data.download.tar_index import TarIndex

LONG = "a/" + "very-long-name-" * 12 + ".nii.gz"


def archive(count=7, form=tarfile.GNU_FORMAT):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:", format=form) as file:
        folder = tarfile.TarInfo("a")
        folder.type = tarfile.DIRTYPE
        file.addfile(folder)
        for number in range(count):
            member = tarfile.TarInfo(LONG if number == 3 else f"a/{number}")
            member.size = 5000 * number
            file.addfile(member, io.BytesIO(bytes([number]) * member.size))
    return content.getvalue()


def expected(content):
    with tarfile.open(fileobj=io.BytesIO(content)) as file:
        return {m.name: [m.offset_data, m.size] for m in file if m.isreg()}


def quiet(line):
    pass


def remote(server, folder):
    return RangedFile(f"{server.url}/t", folder, "do it otherwise")


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_those_of_the_whole_archive(server, tmp_path, form):
    content = server.content["/t"] = archive(form=form)
    index = TarIndex(remote(server, tmp_path), tmp_path / "index.json", quiet)
    index.walk_until(lambda members: False)
    assert index.is_complete and index.members == expected(content)
    sent = sum(
        int(last) - int(first) + 1
        for first, last in (wanted[6:].split("-") for _, wanted in server.requests)
    )
    assert sent < len(content) and len(server.requests) <= 2 + 2 * 8
    for name, (start, size) in index.members.items():
        if size:
            assert index.remote.read(start, size) == content[start : start + size], name


@pytest.mark.parametrize("found", [1, 4, 6])
def test_it_stops_when_it_is_enough_and_goes_on_from_there(server, tmp_path, found):
    content = server.content["/t"] = archive()
    kept = tmp_path / "index.json"
    first = TarIndex(remote(server, tmp_path), kept, quiet)
    first.walk_until(lambda members: len(members) == found)
    assert len(first.members) == found and not first.is_complete
    server.requests.clear()
    second = TarIndex(remote(server, tmp_path), kept, quiet)
    assert second.members == first.members and not server.requests
    second.walk_until(lambda members: False)
    assert second.members == expected(content)
    starts = [int(wanted[6:].split("-")[0]) for _, wanted in server.requests]
    assert min(starts) >= first.members[list(first.members)[-1]][0]
    assert read_json(kept)["complete"]
    server.requests.clear()
    TarIndex(remote(server, tmp_path), kept, quiet).walk_until(lambda members: False)
    assert not server.requests


def test_a_damaged_header_is_not_taken_for_the_end(server, tmp_path):
    content = bytearray(archive())
    start = expected(bytes(content))["a/4"][0] - 512
    content[start : start + 40] = b"?" * 40
    server.content["/t"] = bytes(content)
    index = TarIndex(remote(server, tmp_path), tmp_path / "index.json", quiet)
    with pytest.raises(UserError, match="a tar archive") as caught:
        index.walk_until(lambda members: False)
    assert caught.value.next_step.endswith("do it otherwise")
    assert not index.is_complete


def test_what_is_no_archive_is_refused(server, tmp_path):
    server.content["/t"] = b"<html>come back later</html>"
    index = TarIndex(remote(server, tmp_path), tmp_path / "index.json", quiet)
    with pytest.raises(UserError, match="a tar archive"):
        index.walk_until(lambda members: False)


def test_a_server_without_ranges_is_refused_before_it_sends_all(server, tmp_path):
    server.content["/t"], server.knows_ranges = archive(), False
    index = TarIndex(remote(server, tmp_path), tmp_path / "index.json", quiet)
    with pytest.raises(UserError, match="sends only the whole") as caught:
        index.walk_until(lambda members: False)
    assert caught.value.next_step == "do it otherwise"


@pytest.mark.parametrize("has_tags", [True, False])
def test_another_version_is_noticed(server, tmp_path, has_tags):
    server.content["/t"], server.has_tags = archive(), has_tags
    one = TarIndex(remote(server, "x/kept"), tmp_path / "index.json", quiet)
    one.walk_until(lambda members: len(members) == 2)
    server.content["/t"] = archive(count=8)
    other = TarIndex(remote(server, "x/kept"), tmp_path / "index.json", quiet)
    with pytest.raises(UserError, match="the version that was begun") as caught:
        other.walk_until(lambda members: False)
    assert caught.value.next_step.startswith("delete x/kept,")


def test_a_truncated_answer_and_a_failing_server(server, tmp_path):
    server.content["/t"] = archive()
    file = remote(server, tmp_path)
    assert file.size == len(server.content["/t"])
    server.break_after = 10
    with pytest.raises(UserError, match="all bytes that were asked for"):
        file.read(0, 2000)
    server.status = 503
    with pytest.raises(UserError, match="HTTP status 503"):
        file.read(0, 2000)
    server.status = None
    assert file.read(100, 50) == server.content["/t"][100:150]


def test_a_kept_index_without_its_version(tmp_path):
    kept = {"members": {}, "next": 0, "complete": False}
    write_json(tmp_path / "index.json", kept)
    with pytest.raises(UserError, match="index.json: expected the members"):
        TarIndex(None, tmp_path / "index.json", print)
