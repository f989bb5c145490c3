"""The lines for several hosts, typed into two shells with homes of their own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from common.errors import UserError
from papers.engine.devices.ray_cluster import RayCluster
from papers.engine.devices.scripts.ray_nodes import hosts_text
from tests.papers.engine.devices.scripts.test_ray_nodes import program

ROOT = Path(__file__).resolve().parents[5]
REAL = Path(sys.executable).with_name("ray")
# Of this machine: small, without the default's folder, and to be ended by its process.
SMALL = "--num-cpus=1 --num-gpus=0 --object-store-memory=80000000 --block"
RAY = f"""
case "$*" in
*--head*) exec {REAL} "$@" {SMALL} --include-dashboard=false --temp-dir="$FOLDER" ;;
start*) exec {REAL} "$@" {SMALL} ;;
*) exec {REAL} "$@" ;;
esac
"""
# What a user's command does, without the variable of the typed lines.
ASK = """
import sys
from common.errors import UserError
from papers.engine.devices.ray_cluster import RayCluster

try:
    with RayCluster(sys.argv[1], cpus=1, gpus=0):
        import ray
        print(sum(node["Alive"] for node in ray.nodes()), "nodes")
except UserError as error:
    print(error.next_step)
"""


def free_port():
    """A port below those of Ray's own processes."""
    for port in range(6400, 6500):
        with contextlib.closing(socket.socket()) as one:
            if one.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError("no port is free")


@pytest.fixture
def hosts(tmp_path):
    """Runs lines on a host, a shell with a home of its own; ends what they started."""
    program(tmp_path, ".venv/bin/ray", RAY)
    # To another host's home, where a path has no `~`.
    program(tmp_path, "bin/ssh", 'cd "$HOMES/$1" && shift && exec "$@"')
    program(tmp_path, "bin/scp", 'shift; exec cp "$1" "$HOMES/${2/:/\\/}"')
    started = []
    keep = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}

    def on(host, words, wait=True):
        home = tmp_path / "homes" / host
        home.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            words,
            cwd=tmp_path,
            env=keep
            | {"HOME": str(home), "HOMES": str(home.parent), "FOLDER": folder}
            | {"PATH": f"{tmp_path / 'bin'}:{keep['PATH']}", "PYTHONPATH": str(ROOT)}
            | {"RAY_USAGE_STATS_ENABLED": "0"},
            stdout=subprocess.PIPE if wait else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        if wait:
            return process.communicate(timeout=60)[0]
        started.append(process)
        return process

    folder = f"/tmp/ray-{os.getpid()}"  # of sockets, whose path must be short
    yield on
    for process in started:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(["rm", "-rf", folder], check=True)


@pytest.mark.parametrize(
    "address, token, mode",
    [("a:1", True, "token"), ("a:1", False, None), ("local", True, None)],
)
def test_the_mode_follows_the_token(tmp_path, monkeypatch, address, token, mode):
    """Ray reads it where it is imported: before."""
    seen = []

    def init(**_):
        seen.append(os.environ.get("RAY_AUTH_MODE"))
        raise ConnectionError("none")

    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.setenv(name, "")  # so that what is set is undone
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=init))
    monkeypatch.delitem(sys.modules, "ray._raylet", raising=False)
    if token:
        (tmp_path / ".ray").mkdir()
        (tmp_path / ".ray" / "auth_token").write_text("x")
    with pytest.raises(UserError, match="a Ray cluster that runs"):
        RayCluster(address).__enter__()
    assert seen == [mode]


@pytest.mark.slow  # its nodes take half a minute of a busy machine to start
def test_two_hosts_connect_by_the_token_that_the_lines_make(hosts):
    pytest.importorskip("ray", reason="no Ray here: make install-cluster")
    port = free_port()
    text = hosts_text("run", ["127.0.0.1", "other"], port)
    blocks = re.split(r"^# (?:on|and to) .*\n", text, flags=re.M)[1:]
    make, copy, head, join, *_ = blocks
    hosts("other", ["true"])  # it has a home, and nothing in it
    for lines in (make, copy):
        hosts("127.0.0.1", ["bash", "-ec", lines])
    hosts("127.0.0.1", ["bash", "-ec", head], wait=False)
    joining, deadline = None, time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.closing(socket.socket()) as one:
            if not one.connect_ex(("127.0.0.1", port)):
                joining = hosts("other", ["bash", "-ec", join], wait=False)
                break
        time.sleep(0.2)
    assert joining, "the head has not started"
    ask = [sys.executable, "-c", ASK, f"127.0.0.1:{port}"]
    said = ""
    while "2 nodes" not in said and time.monotonic() < deadline:
        said = hosts("other", ask)
    assert said == "2 nodes\n"
    assert joining.poll() is None
