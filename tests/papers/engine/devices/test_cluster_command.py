"""What a cluster works on gets `CLUSTER=auto` where it belongs, or is refused."""

import re

import pytest

from common.errors import UserError
from papers import registry
from papers.engine.cli.devices import check_options
from papers.engine.devices.cluster_command import on_cluster

RUN = "make reproduce-linkdsl DATA=mats"


def asked(command, nodes=2):
    return on_cluster(command, registry.papers(), nodes, check_options)


@pytest.mark.parametrize(
    "command, expected",
    [
        (RUN, f"{RUN} CLUSTER=auto"),
        (
            f"cd suite && {RUN} && echo done",
            f"cd suite && {RUN} CLUSTER=auto && echo done",
        ),
        (f"{RUN} 2>&1 | tee log", f"{RUN} CLUSTER=auto 2>&1 | tee log"),
        (f"{RUN} CLUSTER=a:1", f"{RUN} CLUSTER=a:1"),
        (
            "make prepare-cunet DATA=$D && make train-cunet DATA='a b' EPOCHS=$N",
            "make prepare-cunet DATA=$D && "
            "make train-cunet DATA='a b' EPOCHS=$N CLUSTER=auto",
        ),
        (
            "make train-cunet; make train-dsunet CPUS_PER_JOB=3 GPU=0",
            "make train-cunet CLUSTER=auto; "
            "make train-dsunet CPUS_PER_JOB=3 GPU=0 CLUSTER=auto",
        ),
        (
            "python -m papers train cunet --set training.epochs=2 > log",
            "python -m papers train cunet --set training.epochs=2 --cluster auto > log",
        ),
    ],
)
def test_the_command_runs_on_the_cluster(command, expected):
    assert asked(command) == expected


@pytest.mark.parametrize(
    "command, received",
    [
        (f"{RUN[:-5]}'d", "no shell can read"),
        ("make reproduce-nothing", "the target reproduce-nothing"),
        ("make repoduce-linkdsl", "the target repoduce-linkdsl"),
        ("make table-linkdsl", "the target table-linkdsl"),
        ("python -m papers table linkdsl", "the verb table"),
        ("echo reproduce-linkdsl", "a command without it"),
        (f"{RUN} PROFLE=paper", "No such option: PROFLE"),
        (f"{RUN} PROFILE=papre", "PROFILE=papre"),
        (f"{RUN} SET=training.epoch=2", "training.epoch,"),
        (f"{RUN} GPUS=2", "GPUS=2"),
        (f"{RUN} CLUSTER=local", "one of 2"),
        (f"CLUSTER= {RUN}", "one of 2"),
        ("python -m papers train linkdsl --cluster=local", "one of 2"),
        ("python -m papers train linkdsl --epochs x", "--epochs"),
    ],
)
def test_what_no_cluster_can_run_is_refused(command, received):
    with pytest.raises(UserError, match=re.escape(received)) as caught:
        asked(command)
    assert caught.value.file == f"cluster {command!r}"


def test_one_node_may_be_its_own_cluster():
    assert asked(f"{RUN} CLUSTER=local", nodes=1) == f"{RUN} CLUSTER=local"
