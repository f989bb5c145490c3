"""Commands that run at the same time: work is done once, and none is lost."""

from types import SimpleNamespace

import pytest

from common import files
from papers.engine import results
from papers.engine.runner import Runner
from tests.held import holding


class Run:
    """A run's folder, whose rows another process may write while this one waits."""

    rows_there = False

    def has_rows_of(self, made_of):
        return self.rows_there

    def rows(self):
        return "rows"


@pytest.fixture
def job(tmp_path):
    return SimpleNamespace(
        short_name="dual image fold 0 seed 0",
        trains=True,
        folder=tmp_path / "run",
        run=Run(),
        key="key",
        previous=None,
        protocol=SimpleNamespace(training=SimpleNamespace(batch_size=8), towers=None),
        finished=lambda: None,
        check_finished=lambda paper: None,
        weights_digest=lambda: "digest",
    )


@pytest.fixture
def runner():
    """A runner that can neither train nor score."""
    lines = []
    runner = Runner.__new__(Runner)
    vars(runner).update(
        paper=SimpleNamespace(id="linkdsl"),
        request=SimpleNamespace(gpus=None),
        console=SimpleNamespace(say=lines.append),
        jobs=[],
        lines=lines,
        history=lambda job: "history",
    )
    return runner


def meanwhile(runner, other, happens):
    """Lets the other process finish its work as soon as this one waits."""

    def say(line):
        runner.lines.append(line)
        if line.startswith("waiting for"):
            happens()
            other.stdin.close()

    runner.console.say = say


def test_a_training_that_another_process_has_finished_is_not_run_again(runner, job):
    with holding(job.folder) as other:
        meanwhile(runner, other, lambda: setattr(job, "finished", lambda: {"a": 1}))
        assert runner.train(job) == "history"
    waiting, done = runner.lines
    assert waiting.endswith(f"which is using {job.folder}")
    assert done == "dual image fold 0 seed 0: trained before"


def test_a_job_that_another_process_has_scored_is_not_scored_again(runner, job):
    with holding(job.folder) as other:
        meanwhile(runner, other, lambda: setattr(job.run, "rows_there", True))
        assert runner.evaluate(job) == "rows"
    assert len(runner.lines) == 1


def test_rows_that_are_there_are_read_while_the_folder_is_held(runner, job):
    job.run.rows_there = True
    with files.lock(job.folder):
        assert runner.evaluate(job) == "rows"
    assert runner.lines == []


def test_tables_wait_for_those_of_another_command(runner, job, tmp_path, monkeypatch):
    runner.dataset = SimpleNamespace(name="figshare", is_own=False)
    monkeypatch.setattr(results, "_write_tables", lambda runner, folder: folder)
    folder = tmp_path / "linkdsl"
    with holding(folder) as other:
        meanwhile(runner, other, lambda: None)
        assert results.write_tables(runner, tmp_path) == folder
    (line,) = runner.lines
    assert f"process {other.pid} (make train-x SEEDS=1), which is using" in line
