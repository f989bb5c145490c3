"""Whole files of which only the server knows the size, resumed and verified."""

import hashlib

import pooch
import pytest

from common.errors import UserError
from data.download.retrieve import retrieve

CONTENT = bytes(range(256)) * 1024  # four blocks


def get(server, folder, content=CONTENT):
    checksum = f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"
    page, quiet = "the page", lambda line: None
    return retrieve(f"{server.url}/a", folder / "a.tar", checksum, page, quiet)


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_broken_download_is_resumed(server, tmp_path, knows_ranges):
    server.content["/a"], server.knows_ranges = CONTENT, knows_ranges
    server.break_after = 150_000
    with pytest.raises(UserError, match="262144 bytes of a.tar.*it resumes"):
        get(server, tmp_path)
    have = (tmp_path / "a.tar.part").stat().st_size
    assert 65536 <= have <= 150_000
    assert get(server, tmp_path).read_bytes() == CONTENT
    assert server.requests[1] == ("/a", f"bytes={have}-")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]


def test_of_a_changed_file_all_is_fetched_again(server, tmp_path):
    server.content["/a"], server.break_after = CONTENT, 150_000
    with pytest.raises(UserError):
        get(server, tmp_path)
    changed = CONTENT[::-1]
    server.content["/a"] = changed
    assert get(server, tmp_path, changed).read_bytes() == changed


def test_a_changed_file_without_names_of_versions_has_another_checksum(
    server, tmp_path
):
    server.content["/a"], server.has_tags, server.break_after = CONTENT, False, 150_000
    with pytest.raises(UserError):
        get(server, tmp_path)
    server.content["/a"] = CONTENT[::-1]
    with pytest.raises(UserError, match="MD5 sum.*another one.*the page"):
        get(server, tmp_path, CONTENT[::-1])
    assert get(server, tmp_path, CONTENT[::-1]).read_bytes() == CONTENT[::-1]


def test_nothing_is_fetched_where_nothing_is_missing(server, tmp_path):
    server.content["/a"] = CONTENT
    (tmp_path / "a.tar.part").write_bytes(CONTENT)
    assert get(server, tmp_path).read_bytes() == CONTENT
    assert server.requests == [("/a", f"bytes={len(CONTENT)}-")]
    get(server, tmp_path)
    assert len(server.requests) == 1


def test_killed_while_it_is_verified_nothing_else_is_left(
    server, tmp_path, monkeypatch
):
    """Of 7.6 GB, a copy under a name that nobody knows would stay there."""

    def killed(*_, **__):
        raise KeyboardInterrupt

    server.content["/a"] = CONTENT
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pooch, "file_hash", killed)
        get(server, tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.tar.part", "a.tar.part.tag"}
    assert get(server, tmp_path).read_bytes() == CONTENT
    assert server.requests[1:] == [("/a", f"bytes={len(CONTENT)}-")]
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]
