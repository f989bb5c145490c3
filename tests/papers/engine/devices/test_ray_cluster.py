"""Ray as the scheduler: order, failures, lost nodes, Ctrl-C, and its own cost."""

import contextlib
import os
import socket
import sys
import time
from pathlib import Path

import pytest

from common.errors import UserError
from papers.engine.devices.belongings import Belongings
from papers.engine.devices.ray_cluster import RayCluster
from papers.engine.devices.tasks import Task
from tests.terminal import Terminal

ray = pytest.importorskip("ray", reason="no Ray here: make install-cluster")
pytestmark = [
    # Of Ray's own processes and sockets, when it is shut down.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
]

ROOT = Path(__file__).resolve().parents[4]
SHELL = ("/bin/sh", "-c")


def task(name, script, *after):
    return Task(name, name, (script,), after)


SETS = {
    "ordered": [
        task("first", "sleep 0.5; echo one >> order"),
        task("bad", "echo no; exit 3"),
        task("after", "echo two >> order", "first"),
        task("never", "echo three >> order", "after", "bad"),
    ],
    "killed": [
        task(
            "one",
            "if [ -e tried ]; then echo again; else touch tried; kill -9 $$; fi",
        )
    ],
    "hundred": [task(f"task {n}", "true") for n in range(100)],
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Folder in which one cluster ran sets of tasks; codes, messages, time of each."""
    folder, found = tmp_path_factory.mktemp("ran"), {}
    options = {"cpus": 1, "gpus": 0, "program": SHELL}
    with contextlib.chdir(folder), RayCluster("local", **options) as cluster:
        for name, tasks in SETS.items():
            messages, begun = [], time.monotonic()
            codes = cluster.run(tasks, lambda *m, to=messages: to.append(m))
            found[name] = codes, messages, time.monotonic() - begun
    return folder, found


def test_order_failures_and_lines(ran):
    folder, (codes, messages, _) = ran[0], ran[1]["ordered"]
    assert codes == {"first": 0, "bad": 3, "after": 0, "never": -1}
    assert (folder / "order").read_text() == "one\ntwo\n"
    assert ("bad", "line", "no") in messages
    assert ("bad", "begins", socket.gethostname()) in messages
    assert not list((folder / "runs").iterdir())  # of the token


def test_a_killed_process_is_started_again(ran):
    codes, messages, _ = ran[1]["killed"]
    assert codes == {"one": 0}
    assert [kind for _, kind, _ in messages].count("begins") == 2


def test_a_hundred_tasks_cost_less_than_a_second_each(ran):
    """A bound that says which kind of scheduler this is, not how fast it is."""
    codes, _, seconds = ran[1]["hundred"]
    assert list(codes.values()) == [0] * 100
    assert seconds < 100


def test_a_task_asks_for_the_gpus_that_ray_gives_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen = []
    program = ("/bin/sh", "-c", 'echo "$0 $* of $CUDA_VISIBLE_DEVICES"')
    with RayCluster("local", 1, 2, all_gpus=2, program=program) as cluster:
        cluster.run([Task("a", "a", ("word",))], lambda *message: seen.append(message))
    assert ("a", "line", "word --gpus 2 of 0,1") in seen


def test_a_lost_node_and_what_no_node_has(tmp_path, monkeypatch):
    """Its task begins again on the other one, and its process is gone.

    One cluster for both, as it takes seconds to start.
    """
    from ray.cluster_utils import Cluster

    monkeypatch.chdir(tmp_path)
    memory = {"object_store_memory": 100 * 2**20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **memory})
    try:
        first = cluster.add_node(num_cpus=1, object_store_memory=100 * 2**20)
        for cpus, gpus, match in (
            (10_000, 0, "CPUS_PER_JOB=10000.*largest node"),
            (1, 77, "GPUS_PER_JOB=77.*at most"),
        ):
            with pytest.raises(UserError, match=match):
                RayCluster(cluster.address, cpus, gpus).__enter__()
            assert not ray.is_initialized()
        script = "echo $$ >> pids; if [ -e go ]; then exit 0; fi; sleep 600"
        seen = []

        def on_message(name, kind, text):
            seen.append(kind)
            if kind == "begins" and seen.count("begins") == 1:
                while not (tmp_path / "pids").exists():
                    time.sleep(0.1)
                (tmp_path / "go").touch()
                cluster.add_node(num_cpus=1, object_store_memory=100 * 2**20)
                cluster.remove_node(first, allow_graceful=False)

        with RayCluster(cluster.address, cpus=1, gpus=0, program=SHELL) as running:
            codes = running.run([task("one", script)], on_message)
        assert codes == {"one": 0}
        assert seen.count("begins") == 2
        before, _ = (tmp_path / "pids").read_text().split()
        assert not Path(f"/proc/{before}/stat").exists() or _is_zombie(before)
    finally:
        cluster.shutdown()


@pytest.mark.slow  # its nodes take half a minute of a busy machine to start
def test_a_lost_node_that_does_not_see_the_folder(tmp_path, monkeypatch):
    """The other one gets what the first one has written, and its result comes back."""
    from ray.cluster_utils import Cluster

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    memory = {"object_store_memory": 100 * 2**20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **memory})
    run, state = Path("runs/one"), Path("runs/one/state")
    script = (
        "if [ -e runs/one/state ]; then cat needed/file runs/one/state > runs/one/sum;"
        " pwd; else mkdir -p runs/one; echo 7 > runs/one/state; sleep 600; fi"
    )
    (tmp_path / "needed").mkdir()
    (tmp_path / "needed" / "file").write_text("5\n")
    try:
        first = cluster.add_node(num_cpus=1, object_store_memory=100 * 2**20)
        lines = []

        def on_message(name, kind, text):
            lines.append(text)
            if kind == "begins" and len(lines) == 1:
                while not state.exists():  # here, where the first node never wrote
                    time.sleep(0.1)
                cluster.add_node(num_cpus=1, object_store_memory=100 * 2**20)
                cluster.remove_node(first, allow_graceful=False)

        belongings = Belongings(others=("needed",))
        one = Task("one", "one", (script,), folders=(str(run),))
        with RayCluster(
            cluster.address, 1, 0, program=SHELL, belongings=belongings
        ) as running:
            running._token = Path("runs/of-another-folder")
            codes = running.run([one], on_message)
        assert codes == {"one": 0}, lines
        assert (run / "sum").read_text() == "5\n7\n"
        assert not any(line == str(tmp_path) for line in lines)
    finally:
        cluster.shutdown()


def _is_zombie(pid):
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


INTERRUPTED = """
import sys
from papers.engine.console import Console
from papers.engine.devices.board import Board
from papers.engine.devices.ray_cluster import RayCluster
from papers.engine.devices.tasks import Task

script = "import signal, sys, time\\n" \\
  "print('net: training, epoch 1/5, loss 0.5', flush=True)\\n" \\
  "try:\\n  time.sleep(600)\\n" \\
  "except KeyboardInterrupt:\\n  open('saved', 'w').close()\\n"
tasks = [Task("train net", "net", (script,)), Task("train two", "two", ("1",))]
console = Console()
program = (sys.executable, "-c")
try:
    with RayCluster("local", 1, 0, program=program) as c, console.live() as show:
        c.run(tasks, Board(tasks, console, show).on_message)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_ctrl_c_ends_the_tasks_which_save_their_state(tmp_path):
    running = Terminal(
        [sys.executable, "-c", INTERRUPTED],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )
    running.wait_for("epoch 1/5")
    running.interrupt()
    code, shown = running.finish(patience=60)
    assert code == 130
    assert (tmp_path / "saved").exists()
    assert not [line for line in shown if "Traceback" in line or "epoch" in line]
