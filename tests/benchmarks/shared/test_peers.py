"""Peers answer, are timed, are killed when too slow, and start again."""

import os
import sys
import time
from pathlib import Path

import pytest

from benchmarks.shared.peers import Peer, TooSlow

ROOT = Path(__file__).resolve().parents[3]

ONE = """
from benchmarks.shared.peers import serve
calls = []
serve(lambda: calls.append(1) or sum(range(100_000)), parameters=3)
"""

SIZES = """
import os, time
import numpy as np
from benchmarks.shared.peers import serve_sizes

def prepare(shape, part):
    def call():
        time.sleep(60 if part == "slow" else 0)
        return [np.full(shape, -2.0), np.ones(3)]
    return call

def draw(shape):
    time.sleep(0.2)

def memory(call):
    return float(os.environ["MB"])

serve_sizes(prepare, draw, memory, version="1.0")
"""

TASKS = """
from benchmarks.shared.peers import serve_tasks

def prepare(name, number):
    return lambda: sum(range(number)), {"told": [name, number]}

serve_tasks(prepare, version="2.0")
"""


COLD = """
import time
from benchmarks.shared.peers import serve

last = [time.monotonic()]

def call():
    if time.monotonic() - last[0] > 0.2:
        time.sleep(0.3)
    last[0] = time.monotonic()

serve(call)
"""


def peer(program, **environment):
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return Peer([sys.executable, "-c", program], {"PYTHONPATH": paths} | environment)


def test_one_function_is_run_and_described():
    one = peer(ONE).start()
    assert one.description["parameters"] == 3
    assert one.description["first_s"] > 0
    wall, cpu = one.run()
    assert 0 < cpu and 0 < wall < 60
    assert one.run(calls=5)[0] > 0
    assert 0 < one.close() < 10
    assert one.close() is None


def test_the_first_call_after_other_peers_is_not_timed():
    """It finds caches and memory that the others have used."""
    one = peer(COLD).start()
    time.sleep(0.3)
    assert one.run()[0] < 0.2
    one.close()


def test_sizes_are_prepared_run_and_weighed():
    sizes = peer(SIZES, MB="7.5")
    # Drawing the inputs takes .2 s, building the function next to nothing.
    assert 0 <= sizes.ask("prepare", shape=[2, 3], part="forward") < 0.2
    assert sizes.description == {"version": "1.0"}
    answer = sizes.ask("first", slow=5)
    assert answer["means"] == [2.0, 1.0]
    assert answer["seconds"] >= 0 and answer["first_s"] >= 0
    assert sizes.run(calls=2)[0] > 0
    assert sizes.ask("memory") == 7.5
    sizes.close()


def test_tasks_are_prepared_one_after_the_other():
    tasks = peer(TASKS)
    assert tasks.ask("prepare", name="a", number=10) == {"told": ["a", 10]}
    assert tasks.description == {"version": "2.0"}
    assert tasks.run()[0] >= 0
    tasks.ask("prepare", name="b", number=3_000_000)
    assert tasks.run(calls=2)[0] > 0.001
    tasks.close()


def test_a_slow_peer_is_killed_and_starts_again():
    sizes = peer(SIZES, MB="1")
    sizes.ask("prepare", shape=[1], part="slow")
    with pytest.raises(TooSlow):
        sizes.ask("first", 0.1, slow=5)
    sizes.ask("prepare", shape=[1], part="forward")
    assert sizes.ask("first", slow=5)["means"] == [2.0, 1.0]
    sizes.close()


def test_a_peer_that_ends_is_an_error():
    with pytest.raises(RuntimeError, match="Expected an answer from"):
        peer("raise SystemExit").start()
