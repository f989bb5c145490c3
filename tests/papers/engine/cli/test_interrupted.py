"""Ctrl-C: one line with the command that goes on, and nothing is lost."""

import contextlib
import io
import os
import shlex
import sys
from pathlib import Path

import pandas as pd
import pytest

from data.phantom.figshare.write import write_phantom
from papers.engine.cli import stages
from papers.engine.cli.app import main
from tests.terminal import Terminal

ROOT = Path(__file__).resolve().parents[4]
# A small network, for so many short epochs that none of them is the last by chance.
WORDS = ["train", "linkdsl", "--data", "my mats", "--profile", "demo", "--folds", "0"]
WORDS += ["--methods", "linknet", "--split", "image", "--epochs", "9"]
WORDS += ["--set", "preparation.image_size=32", "--set", "network.base_filters=16"]


@pytest.mark.parametrize("typed", ["make train-linkdsl SEEDS=3", ""])
def test_ctrl_c_is_one_line(monkeypatch, capsys, typed):
    def interrupted(request):
        raise KeyboardInterrupt

    monkeypatch.setattr(stages, "_runner", interrupted)
    monkeypatch.setattr(stages, "check_devices", lambda *_: None)
    monkeypatch.setenv("BRAINTUMOR_COMMAND", typed)
    monkeypatch.setattr("sys.argv", ["papers", "table", "linkdsl", "--data", "a b"])
    with pytest.raises(SystemExit) as stopped:
        main(["table", "linkdsl", "--data", "a b"])
    assert stopped.value.code == 130
    (line,) = capsys.readouterr().err.splitlines()
    told, command = line.split(" Go on with: ")
    assert told.startswith("interrupted;") and "last saved state are kept" in told
    words = shlex.split(command)
    if typed:
        assert command == typed
    else:
        assert Path(words[0]).absolute() == Path(sys.executable)
        assert words[1:] == ["-m", "papers", "table", "linkdsl", "--data", "a b"]


def test_a_training_goes_on_where_ctrl_c_stopped_it(tmp_path):
    write_phantom(tmp_path / "my mats", count=30, size=64)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    command = [sys.executable, "-m", "papers", *WORDS]
    running = Terminal(command, columns=100, cwd=tmp_path, env=environment)
    running.wait_for("val dice 0.")
    running.interrupt()
    code, shown = running.finish()
    text = "".join(shown)  # the terminal has broken the line
    assert code == 130 and "Traceback" not in text
    assert "linknet image fold 0 seed 0: " not in text, "the live line is gone"
    (history,) = tmp_path.glob("runs/**/history.csv")
    before = pd.read_csv(history)
    assert 1 <= len(before) < 9

    # In this process, which has imported TensorFlow.
    python, *again = shlex.split(text.split("Go on with: ")[1])
    assert Path(python).absolute() == Path(sys.executable)
    assert again == ["-m", "papers", *WORDS]
    with (
        contextlib.chdir(tmp_path),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit) as stopped,
    ):
        main(again[2:])
    done = printed.getvalue()
    assert not stopped.value.code, done
    after = pd.read_csv(history)
    assert len(after) == 9
    pd.testing.assert_frame_equal(after[: len(before)], before)
    # Perhaps with a notice below it, that the best epoch is the first.
    assert "linknet image fold 0 seed 0: 9 epochs, best in epoch " in done
