"""The memory of digests: read once, noticed when changed, never in the way."""

import os

import pytest

from common.errors import UserError
from common.files import read_json
from data.known_digests import KnownDigests


class Reader:
    """Counts how often a file is read."""

    def __init__(self):
        self.reads = 0

    def __call__(self, path):
        self.reads += 1
        return path.read_text()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one")
    os.utime(path, (1, 1))
    return path


def test_a_later_process_reads_nothing(file, tmp_path):
    read, memory = Reader(), tmp_path / "cache" / "digests.json"
    for _ in range(3):
        digests = KnownDigests()
        digests.remember_in(memory)
        assert digests.of(file, read) == "one"
        digests.save()
    assert read.reads == 1
    assert list(read_json(memory)) == [str(file)]


@pytest.mark.parametrize(("text", "time"), [("two", 2), ("three", 1)])
def test_a_change_is_noticed_by_time_or_size(file, text, time):
    digests = KnownDigests()
    assert digests.of(file, Reader()) == "one"
    file.write_text(text)
    os.utime(file, (time, time))
    assert digests.of(file, Reader()) == text


def test_a_file_that_may_still_change_is_not_remembered(file):
    os.utime(file)
    digests, read = KnownDigests(), Reader()
    digests.of(file, read)
    digests.of(file, read)
    assert read.reads == 2


def test_two_processes_keep_what_both_found(file, tmp_path):
    other = tmp_path / "b.txt"
    other.write_text("two")
    os.utime(other, (1, 1))
    both = [KnownDigests(), KnownDigests()]
    for digests, path in zip(both, (file, other), strict=True):
        digests.remember_in(tmp_path / "digests.json")
        digests._saved = 1e12  # no saving between
        digests.of(path, Reader())
    for digests in both:
        digests.save()
    assert len(read_json(tmp_path / "digests.json")) == 2


@pytest.mark.parametrize("content", ["", "[]", "no JSON"])
def test_a_damaged_memory_is_forgotten(file, tmp_path, content):
    (tmp_path / "digests.json").write_text(content)
    digests = KnownDigests()
    digests.remember_in(tmp_path / "digests.json")
    assert digests.of(file, Reader()) == "one"


def test_a_memory_that_cannot_be_written_is_done_without(file, tmp_path):
    digests = KnownDigests()
    digests.remember_in(file / "digests.json")
    assert digests.of(file, Reader()) == "one"
    digests.save()


def test_a_file_that_is_absent(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        KnownDigests().of(tmp_path / "absent", Reader())
