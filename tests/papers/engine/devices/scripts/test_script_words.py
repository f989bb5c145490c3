"""What a user gives for a script: one line each, in a form that Slurm reads."""

import pytest

from common.errors import UserError
from papers.engine.devices.scripts.script_words import slurm_options


@pytest.mark.parametrize(
    "time", ["90", "90:00", "24:00:00", "2-12", "1-0:30", "7-1:2:3"]
)
@pytest.mark.parametrize("mem", ["4096", "64G", "1t"])
def test_options_of_each_node(time, mem):
    options = slurm_options(8, 64, mem, time, "node")
    assert options == [
        "--gpus-per-node=8",
        "--cpus-per-task=64",
        f"--mem={mem}",
        f"--time={time}",
    ]


def test_gpus_of_each_task_with_the_number_of_tasks():
    """Without the latter, Slurm refuses the former."""
    assert slurm_options(1, 0, "", "", "task") == ["--gpus-per-task=1", "--ntasks=1"]


@pytest.mark.parametrize(
    "mem, time",
    [
        ("", "soon"),
        ("", "1:00\nrm -rf x"),
        ("", "1:00:00:00"),
        ("", "1:00;x"),
        ("lots", ""),
        ("64 G", ""),
        ("64G\n", ""),
        ("-1", ""),
    ],
)
def test_what_slurm_does_not_read(mem, time):
    with pytest.raises(UserError, match="--mem 64G|--time 24:00:00"):
        slurm_options(1, 1, mem, time, "node")
