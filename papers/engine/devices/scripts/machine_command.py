"""What several machines may run together: a training whose batch they can share."""

from common.errors import UserError
from common.evidence import replace
from papers.engine.devices.scripts.stage_command import stage_commands

_EXPECTED = "`make train-PAPER …` or `.venv/bin/python -m papers train PAPER …`"


def check_command(command, machines, papers):
    """Makes sure that a command trains and that machines can share its batch.

    Args:
        command: what all machines run, as a shell reads it.
        machines: their number.
        papers: the `papers.engine.paper.Paper`s of the suite.

    Raises:
        UserError: the command is none that trains, or the machines do not divide what
            they would share.
    """
    by_id = {paper.id: paper for paper in papers}
    try:
        paper_id, options = _training(command, by_id)
    except ValueError as error:
        raise UserError(
            f"workers {command!r}",
            f"one command that trains a paper, {_EXPECTED}, PAPER being one of "
            f"{', '.join(by_id)}",
            error,
            "correct it; the other verbs run on one machine",
        ) from error
    paper = by_id[paper_id]
    if "gpus" in options:
        raise UserError(
            f"workers {command!r}",
            "no GPUS: each machine uses all GPUs that it sees",
            f"GPUS={options['gpus'][-1]}",
            "leave it out",
        )
    default = "cpu" if "data" in options else "demo"
    profile = options.get("profile", [default])[-1]
    changes = dict(one.partition("=")[::2] for one in options.get("set", ()))
    protocol = replace(paper.protocol_of(profile), changes)
    batch, towers = protocol.training.batch_size, protocol.towers
    shared = f"the {towers} towers" if towers else f"the batch of {batch}"
    if (towers or batch) % machines:
        number = towers or batch
        possible = [n for n in range(2, number + 1) if number % n == 0]
        raise UserError(
            f"workers {command!r}",
            f"a number of machines that divides {shared} of {paper_id}'s profile "
            f"{profile}: {', '.join(map(str, possible)) or 'none'}",
            f"{machines} machines",
            _fitting(possible, None if towers else batch, machines),
        )


def _fitting(possible, batch, machines):
    """Returns the numbers of machines that fit, and the batch that fits theirs."""
    options = [f"use {' or '.join(map(str, possible))} machines"] if possible else []
    if batch:
        options.append(f"SET=training.batch_size={-(-batch // machines) * machines}")
    return ", or ".join(options)


def _training(command, ids):
    """Returns the id of the paper that a command trains, and its options.

    Returns:
        `(id, options)`: the values by the option's name as the command line has it.

    Raises:
        ValueError: it does not train one paper; the message is what it is instead.
    """
    found = stage_commands(command)
    trained = [one.stage(("train",), ids)[1] for one in found]
    if len(found) != 1:
        raise ValueError("several of them" if found else "a command without it")
    return trained[0], found[0].options
