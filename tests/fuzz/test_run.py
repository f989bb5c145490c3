"""The tools of the fuzzing see every kind of failure, and repeat what they do."""

import os
import random

import pytest

from common.errors import UserError
from tests.fuzz import run
from tests.fuzz.formats import damaged
from tests.fuzz.reader import Reader


def write(folder):
    (folder / "a.json").write_text('{"size": 1}')


def reader(fail):
    """A reader that fails at every file but the valid one."""

    def read(path):
        if path.read_text(errors="replace") != '{"size": 1}':
            fail()

    return Reader("a", write, read)


def raises():
    raise KeyError("size")


def loops():
    while True:
        pass


def explains():
    raise UserError("a.json", "a size", "none", "write it again")


def rambles():
    raise UserError("a.json", "a size " * 1000, "none", "write it again")


@pytest.mark.parametrize(
    ("fail", "kind"),
    [
        (raises, "traceback"),
        (rambles, "unclear"),
        (os.abort, "crash"),
        (loops, "hang"),
        (lambda: bytes(1 << 31), "traceback"),  # beyond the memory
        (explains, None),
        (lambda: None, None),
    ],
)
def test_a_failure_of_each_kind_is_found(tmp_path, fail, kind):
    count = 3 if kind in ("hang", "crash") else 20
    finds, row = run.fuzz(reader(fail), count, 1, tmp_path, lambda line: None, 0.3)
    assert (row["inputs"], row["finds"]) == (count, len(finds))
    assert {find.kind for find in finds.values()} == {kind} - {None}
    kept = sorted(tmp_path.glob("a/*/input/a.json"))
    assert len(kept) == len(finds) and all(find.text for find in finds.values())


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.nii", "a.nii.gz", "a.mha", "x"])
def test_equal_seeds_give_equal_inputs(name):
    content = bytes(range(256)) * 3
    first = [damaged(name, content, random.Random(seed)) for seed in range(50)]
    again = [damaged(name, content, random.Random(seed)) for seed in range(50)]
    assert first == again and len(set(first)) > 15
