"""What is printed for several machines is what they need."""

import json
import shlex
import subprocess

import pytest

from common.errors import UserError
from common.training.cluster import LostMachineError
from papers.engine.cli import app as command_line
from papers.engine.devices.cluster import LOST_MACHINE, commands, slurm


def test_one_command_a_host():
    found = commands(("a:1", "b:2"), "make train-hierdice DATA=brats")
    for index, (host, line) in enumerate(found):
        assignment, *rest = shlex.split(line)
        name, _, value = assignment.partition("=")
        assert name == "TF_CONFIG"
        assert json.loads(value) == {
            "cluster": {"worker": ["a:1", "b:2"]},
            "task": {"type": "worker", "index": index},
        }
        assert rest == ["bash", "-c", "make train-hierdice DATA=brats"]
        assert host == ("a:1", "b:2")[index]


WRONG = [("a:1",), ("a", "b:1"), ("a:1", "a:1"), ("a:x",), ("a;b:1", "c:1")]


@pytest.mark.parametrize("hosts", [*WRONG, ("a\nrm -rf x:1", "b:1")])
def test_addresses_that_cannot_be(hosts):
    with pytest.raises(UserError, match="HOSTS"):
        commands(hosts, "make")


SAYS = "printenv TF_CONFIG"
# A user's command with all that bash looks at.
AWKWARD = """cd . && printf '%s ' "it's \\$HOME" 'a "b"' && """ + SAYS


def configs(printed):
    """The JSON values of a text, and what stands before each."""
    decoder, text = json.JSONDecoder(), printed.strip()
    while text:
        start = text.index("{")
        value, end = decoder.raw_decode(text[start:])
        yield value, text[:start]
        text = text[start + end :].strip()


@pytest.mark.parametrize(
    "command, before", [(SAYS, ""), (AWKWARD, 'it\'s $HOME a "b" ')]
)
def test_each_host_runs_the_command_as_typed(command, before):
    for index, (_, line) in enumerate(commands(("a:1", "b:2"), command)):
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
        ((value, text),) = configs(done.stdout)
        assert (value["task"]["index"], text) == (index, before)


def run_slurm(folder, command, restarts="0"):
    """Runs the script by bash with the programs of Slurm in a stand-in form."""
    fakes = {
        "scontrol": 'if [ "$1" = show ]; then printf "n1\\nn2\\n"; else echo "$@"; fi',
        "srun": 'shift; for i in 0 1; do SLURM_PROCID=$i "$@" || exit 1; done',
    }
    for name, body in fakes.items():
        path = folder / name
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)
    script = folder / "job.sh"
    script.write_text(slurm(2, 2222, command))
    return subprocess.run(
        ["bash", script],
        cwd=folder,
        env={
            "PATH": f"{folder}:/usr/bin:/bin",
            "HOME": "/",
            "SLURM_JOB_ID": "7",
            "SLURM_JOB_NODELIST": "n[1-2]",
            "SLURM_RESTART_COUNT": restarts,
        },
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "command, before", [(SAYS, ""), (AWKWARD, 'it\'s $HOME a "b" ')]
)
def test_slurm_script_gives_each_node_its_place(tmp_path, command, before):
    done = run_slurm(tmp_path, command)
    assert (done.returncode, done.stderr) == (0, "")
    found = list(configs(done.stdout))
    assert [value["task"]["index"] for value, _ in found] == [0, 1]
    assert all(v["cluster"] == {"worker": ["n1:2222", "n2:2222"]} for v, _ in found)
    assert [text for _, text in found] == [before, before]


@pytest.mark.parametrize("restarts, again", [("0", True), ("19", True), ("20", False)])
def test_slurm_abandons_what_always_fails(tmp_path, restarts, again):
    done = run_slurm(tmp_path, "false", restarts)
    assert ("requeue 7" in done.stdout) == again
    assert ("abandoned" in done.stderr) == (not again)
    assert bool(done.returncode) == (not again)


def test_slurm_does_not_start_again_what_failed_by_itself(tmp_path):
    """Also where `make` and srun hide the exit code: a file tells."""
    command = 'touch "$BRAINTUMOR_FAILURE"; exit 137'
    done = run_slurm(tmp_path, command)
    assert done.returncode == 1
    assert "requeue" not in done.stdout
    assert "its own error" in done.stderr
    assert not list(tmp_path.glob("failure-*"))
    done = run_slurm(tmp_path, 'test ! -e "$BRAINTUMOR_FAILURE"; exit 2')
    assert "requeue 7" in done.stdout


@pytest.mark.parametrize(
    "error, code, noted",
    [
        (UserError("SET", "a key", "none", "correct it"), 2, True),
        (SystemExit(2), 2, True),  # an option that does not exist
        (LostMachineError("run", "all", "fewer", "again"), LOST_MACHINE, False),
        (SystemExit(0), 0, False),
    ],
)
def test_how_a_worker_ended(tmp_path, monkeypatch, capsys, error, code, noted):
    def ends(*_, **__):
        raise error

    monkeypatch.setattr(command_line, "app", ends)
    monkeypatch.setenv("BRAINTUMOR_FAILURE", str(tmp_path / "failure"))
    with pytest.raises(SystemExit) as ended:
        command_line.main([])
    assert ended.value.code == code
    assert (tmp_path / "failure").exists() == noted


def test_a_traceback_is_a_failure_too(tmp_path, monkeypatch):
    def ends(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(command_line, "app", ends)
    monkeypatch.setenv("BRAINTUMOR_FAILURE", str(tmp_path / "failure"))
    with pytest.raises(ZeroDivisionError):
        command_line.main([])
    assert (tmp_path / "failure").exists()
