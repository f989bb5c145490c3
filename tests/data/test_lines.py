"""Progress: a line every few seconds at most."""

import pytest

from data import lines
from data.lines import counted, now_and_then


@pytest.fixture
def clock(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(lines.time, "monotonic", lambda: clock[0])
    return clock


def test_a_line_every_few_seconds(clock):
    shown = []
    note = now_and_then(shown.append)
    for second in range(12):
        clock[0] = 100.0 + second
        note(second)
    assert shown == ["5", "10"]


def test_items_are_counted():
    shown = []
    assert list(counted("ab", "letters read", shown.append)) == ["a", "b"]
    assert shown == ["0 of 2 letters read", "1 of 2 letters read"]
