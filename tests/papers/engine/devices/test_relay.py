"""Trainings side by side in one terminal: a line each, and one end for all."""

import os
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal

ROOT = Path(__file__).resolve().parents[4]
# Two trainings, stood in for by programs that print what a training prints in a pipe.
SIDE_BY_SIDE = """
import subprocess, sys
from types import SimpleNamespace
from pathlib import Path
from papers.engine.console import Console
from papers.engine.quiet import import_tensorflow
import_tensorflow()
from papers.engine.devices import side_by_side

program = '''
import sys, time
name, seconds = sys.argv[1], float(sys.argv[2])
print("a note of", name, flush=True)
for epoch in range(1, 6):
    print(f"{name}: training, epoch {epoch}/5, loss 0.5", flush=True)
    time.sleep(seconds)
print(f"{name}: 5 epochs", flush=True)
open(name, "w")
'''

def job(name):
    done = lambda: {} if Path(name).exists() else None
    return SimpleNamespace(
        name=name, short_name=name, trains=True, needs={}, finished=done,
        protocol=SimpleNamespace(towers=None),
    )

def start(command, **options):
    name = command[command.index("--only") + 1]
    words = [sys.executable, "-c", program, name, sys.argv[1]]
    return subprocess.Popen(words, **options)

side_by_side.check_gpus = lambda *_, **__: None
request = SimpleNamespace(gpus=2, arguments=())
try:
    side_by_side.side_by_side([job("unet"), job("cuna")], request, Console(), start)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def terminal(tmp_path):
    """Starts both trainings, whose epochs last some seconds, in a terminal."""

    def terminal(seconds):
        return Terminal(
            [sys.executable, "-c", SIDE_BY_SIDE, str(seconds)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        )

    return terminal


def test_each_training_has_one_line_of_its_own(terminal):
    running = terminal(0.3)
    code, shown = running.finish()
    assert code == 0
    notes = [f"a note of {name}" for name in ("unet", "cuna")]
    ends = [f"{name}: 5 epochs" for name in ("unet", "cuna")]
    gpus = ["GPU 0: unet", "GPU 1: cuna"]
    assert sorted(filter(None, shown)) == sorted([*notes, *ends, *gpus])
    for name in ("unet", "cuna"):
        assert f"{name}: training, epoch 3/5, loss 0.5" in running.output


def test_ctrl_c_ends_them_all_and_none_has_the_last_word(terminal, tmp_path):
    running = terminal(60)
    for name in ("unet", "cuna"):
        running.wait_for(f"{name}: training, epoch 1/5")
    running.interrupt()
    code, shown = running.finish(patience=30)
    assert code == 130
    assert not [line for line in shown if "Traceback" in line or "training" in line]
    assert not list(tmp_path.iterdir())
