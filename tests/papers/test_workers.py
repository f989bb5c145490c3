"""What is printed for several machines is what they need."""

import json
import shlex
import subprocess

import pytest

from common.errors import UserError
from papers.workers import commands, slurm


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
        assert rest == ["make", "train-hierdice", "DATA=brats"]
        assert host == ("a:1", "b:2")[index]


@pytest.mark.parametrize("hosts", [("a:1",), ("a", "b:1"), ("a:1", "a:1"), ("a:x",)])
def test_addresses_that_cannot_be(hosts):
    with pytest.raises(UserError, match="--hosts"):
        commands(hosts, "make")


def test_slurm_script_gives_each_node_its_place(tmp_path):
    """Run by bash with the programs of Slurm in a stand-in form."""
    fakes = {
        "scontrol": 'if [ "$1" = show ]; then printf "n1\\nn2\\n"; fi',
        "srun": 'shift; for i in 0 1; do SLURM_PROCID=$i "$@"; done',
    }
    for name, body in fakes.items():
        path = tmp_path / name
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)
    script = tmp_path / "job.sh"
    script.write_text(slurm(2, 2222, "printenv TF_CONFIG"))
    done = subprocess.run(
        ["bash", script],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "SLURM_JOB_NODELIST": "n[1-2]"},
        capture_output=True,
        text=True,
        check=True,
    )
    decoder, text, found = json.JSONDecoder(), done.stdout.strip(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    assert [value["task"]["index"] for value in found] == [0, 1]
    assert all(v["cluster"] == {"worker": ["n1:2222", "n2:2222"]} for v in found)
