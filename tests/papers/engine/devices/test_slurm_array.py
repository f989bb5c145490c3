"""Arrays of Slurm jobs, submitted to a stand-in that runs what it gets."""

import os
import subprocess

import pytest

from papers.engine.devices.slurm_array import array_text, levels_of
from papers.engine.devices.tasks import Task, tasks_of
from tests.papers.engine.devices.scripts.test_ray_nodes import program
from tests.papers.engine.devices.stand_ins import jobs_in

# Runs each index of an array at once, notes options, ids and which failed, and starts
# nothing after a failure that a dependency rules out.
SBATCH = """
id=$(($(cat count 2>/dev/null || echo 40) + 1)); echo $id > count
echo "$*" >> submitted
cat > script
array=$(echo "$*" | grep -o 'array=0-[0-9]*' | cut -d- -f2)
ok=$(echo "$*" | grep -o 'afterok:[0-9]*' | cut -d: -f2)
if [ ! -e "failed-$ok" ]; then
  for n in $(seq 0 "${array:-0}"); do
    SLURM_ARRAY_TASK_ID=$n bash script >/dev/null || touch failed-$id
  done
fi
echo "$id;cluster"
"""


@pytest.fixture
def submit(tmp_path):
    def submit(script, fails="nothing"):
        program(tmp_path, "bin/sbatch", SBATCH)
        ran = f"""echo "$*" >> ran; [[ "$*" != *'{fails}'* ]]"""
        program(tmp_path, ".venv/bin/python", ran)
        subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
            check=True,
        )
        submitted = (tmp_path / "submitted").read_text().splitlines()
        return (tmp_path / "ran").read_text().splitlines(), submitted

    return submit


def test_levels(tmp_path):
    tasks = tasks_of(jobs_in(tmp_path), ["linkdsl"], "reproduce")
    names = [[task.name for task in level] for level in levels_of(tasks)]
    assert names == [
        ["train a", "train b", "evaluate e"],
        ["train c", "evaluate b"],
        ["evaluate c", "evaluate d"],
    ]


def test_each_index_runs_its_task_after_those_before(submit, tmp_path):
    tasks = tasks_of(jobs_in(tmp_path), ["linkdsl"], "train")
    last = [[verb, "linkdsl", "--data", "my mats; rm $HOME"] for verb in ("a", "b")]
    ran, submitted = submit(array_text(tasks, last, ["--time=1:00:00"], "3 hours"))
    assert ran == [
        *(f"-m papers {' '.join(task.arguments)}" for task in tasks),
        *(f"-m papers {' '.join(words)}" for words in last),
    ]
    assert submitted == [
        "--parsable --requeue --array=0-1 --time=1:00:00",
        "--parsable --dependency=afterany:41 --requeue --array=0-0 --time=1:00:00",
        "--parsable --dependency=afterany:42 --requeue --time=1:00:00",
    ]


def test_a_task_that_fails_fails_alone(submit, tmp_path):
    tasks = tasks_of(jobs_in(tmp_path), ["linkdsl"], "reproduce")
    ran, _ = submit(array_text(tasks, [["table"], ["figure"]]), fails="train linkdsl")
    assert len(ran) == len(tasks) + 2
    assert ran[-2:] == ["-m papers table", "-m papers figure"]


def test_the_plan_is_said():
    text = array_text([Task("train a", "a", ("x",))], [["table"]], (), "3 hours")
    assert "# Tasks: 1, arrays: 1, 3 hours of training one after the other.\n" in text
