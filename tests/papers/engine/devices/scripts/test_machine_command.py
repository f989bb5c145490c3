"""Which commands several machines may run together, and how many machines."""

import re

import pytest

from common.errors import UserError
from papers import registry
from papers.engine.cli.app import main
from papers.engine.devices.scripts.machine_command import check_command


@pytest.mark.parametrize(
    ("command", "machines"),
    [
        ("make train-hierdice DATA=brats PROFILE=paper", 3),
        ("make train-linkdsl", 2),
        ("cd suite && make -C . train-linkdsl DATA='my data'", 8),
        ("PROFILE=paper make train-hierdice; date", 3),
        ("make train-linkdsl > log 2>&1", 2),
        (".venv/bin/python -m papers train cunet --data brats --profile=paper", 2),
        ("make train-linkdsl SET='training.batch_size=6 network.base_filters=16'", 3),
    ],
)
def test_a_training_that_the_machines_can_share(command, machines):
    assert check_command(command, machines, registry.papers()) is None


@pytest.mark.parametrize(
    ("command", "received"),
    [
        ("make", "0 targets"),
        ("make trian-linkdsl", "the target trian-linkdsl"),
        ("make train-linkdls", "the target train-linkdls"),
        ("make evaluate-linkdsl", "the target evaluate-linkdsl"),
        ("make train-linkdsl train-cunet", "2 targets"),
        ("make train-linkdsl && make train-cunet", "several of them"),
        ("python -m papers evaluate linkdsl", "the verb evaluate"),
        ("python -m papers train linkdls", "train linkdls"),
        ("python -m papers", "the verb of none"),
        ("printenv TF_CONFIG", "a command without it"),
        ("make 'train-linkdsl", "it breaks off"),
    ],
)
def test_what_does_not_train_a_paper_is_refused(command, received):
    with pytest.raises(UserError, match="one command that trains a paper") as error:
        check_command(command, 2, registry.papers())
    assert received in error.value.received


@pytest.mark.parametrize(
    ("command", "machines", "expected"),
    [
        ("make train-hierdice", 2, "the 3 towers of hierdice's profile demo: 3;"),
        ("make train-linkdsl SET=training.batch_size=6", 4, "of 6 .*: 2, 3, 6;"),
        ("make train-hierdice DATA=x", 4, "profile cpu"),
        ("make train-hierdice GPUS=3", 3, "no GPUS"),
        ("make train-hierdice SET=training.tower=1", 3, "training.tower"),
        ("make train-hierdice PROFILE=papre", 3, "demo, cpu, half, paper"),
    ],
)
def test_a_number_of_machines_that_does_not_divide(command, machines, expected):
    with pytest.raises(UserError) as error:
        check_command(command, machines, registry.papers())
    said = f"{error.value.expected}; {error.value.received}"
    assert re.search(expected, said)


@pytest.mark.parametrize("where", [["--hosts", "a:1,b:2"], ["--tasks", "2"]])
def test_the_verb_prints_nothing_for_what_it_refuses(capsys, where):
    with pytest.raises(SystemExit) as stopped:
        main(["workers", "make train-hierdice", *where])
    assert stopped.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == "" and "3 towers" in shown.err
