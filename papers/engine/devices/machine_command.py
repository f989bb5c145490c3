"""What several machines may run together: a training whose batch they can share."""

import shlex

from common.errors import UserError
from common.evidence import replace

_TAKE_A_WORD = ("-C", "-f", "-I", "-o", "-W")  # options of `make`
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
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError as error:
        raise ValueError(f"what no shell can read ({error})") from error
    found = [_of_one(words, ids) for words in _simple_commands(words)]
    found = [one for one in found if one]
    if len(found) != 1:
        raise ValueError("several of them" if found else "a command without it")
    return found[0]


def _simple_commands(words):
    """Yields the words between `&&`, `;` and their like."""
    one = []
    for word in words:
        if word and not word.strip("&;|()"):
            yield one
            one = []
        else:
            one.append(word)
    yield one


def _of_one(words, ids):
    if "make" in words:
        at = words.index("make")
        return _of_make(words[:at], words[at + 1 :], ids)
    if "papers" in words and words[words.index("papers") - 1] == "-m":
        return _of_module(words[words.index("papers") + 1 :], ids)
    return None


def _of_make(before, words, ids):
    options, targets, skip = {}, [], False
    for word in [*before, *words]:
        name, equals, value = word.partition("=")
        if skip or word.startswith("-"):
            skip = not skip and word in _TAKE_A_WORD
        elif equals and name.isupper():
            values = value.split() if name == "SET" else [value]
            options.setdefault(name.lower(), []).extend(values)
        elif word not in before:
            targets.append(word)
    if len(targets) != 1:
        raise ValueError(f"{len(targets)} targets of make")
    verb, _, paper_id = targets[0].partition("-")
    if verb != "train" or paper_id not in ids:
        raise ValueError(f"the target {targets[0]}")
    return paper_id, options


def _of_module(words, ids):
    verb, *rest = words or [""]
    if verb != "train":
        raise ValueError(f"the verb {verb or 'of none'}")
    options, free = {}, []
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            free.append(word)
            continue
        name, equals, value = word[2:].partition("=")
        if not equals and rest:
            value = rest.pop(0)
        options.setdefault(name, []).append(value)
    if len(free) != 1 or free[0] not in ids:
        raise ValueError(" ".join(["train", *free]))
    return free[0], options
