"""What a cluster works on: a user's command, told to use the cluster."""

import re

from common.errors import UserError
from papers.engine.devices.ray_cluster import LOCAL
from papers.engine.devices.scripts.stage_command import stage_commands
from papers.engine.devices.tasks import STEPS

_EXAMPLE = "`make reproduce-hierdice DATA=folder PROFILE=paper`"
_OF_MAKE = ("python", "gpu")  # options of the Makefile itself


def on_cluster(command, papers, nodes=1, check=None):
    """Returns a command whose stages run on the cluster that its machine is in.

    Args:
        command: what is to run, as a shell reads it; it may do other things, too.
        papers: the `papers.engine.paper.Paper`s of the suite.
        nodes: number of machines of the cluster.
        check: function of the verb and the words after it, which raises ValueError
            with what is wrong with the options; None for no check.

    Raises:
        UserError: it has no stage of a paper, a wrong option, or stays on one machine.
    """
    ids, run = [paper.id for paper in papers], command
    try:
        found = _stages(command, ids)
        for one in reversed(found):
            cluster = one.options.get("cluster", [None])[-1]
            if nodes > 1 and cluster in ("", LOCAL):
                raise ValueError(f"CLUSTER={cluster}, which uses one of {nodes}")
            if cluster is None:
                more = " CLUSTER=auto" if one.by_make else " --cluster auto"
                run = run[: one.end] + more + run[one.end :]
            if check:
                _check(one, ids, check, cluster or "auto")
    except ValueError as error:
        raise UserError(
            f"cluster {command!r}",
            "a command that trains or scores a paper on the cluster, "
            "with options that `make help` lists",
            error,
            f"correct it, such as {_EXAMPLE}",
        ) from error
    return run


def _stages(command, ids):
    calls = stage_commands(command)
    found = [one for one in calls if any(g.startswith(tuple(STEPS)) for g in one.goals)]
    for one in found or calls[:1]:
        one.stage(STEPS, ids)
    if not found:
        raise ValueError("a command without it")
    return found


def _check(one, ids, check, cluster):
    verb, paper = one.stage(STEPS, ids)
    # What a variable of the shell holds is not known here.
    known = {
        name: [value for value in values if not re.search(r"[$`]", value)]
        for name, values in one.options.items()
        if not (one.by_make and name in _OF_MAKE)
    }
    options = one.with_options(known | {"cluster": [cluster]})
    try:
        check(verb, [paper, *options.words()])
    except ValueError as error:
        raise ValueError(_as_typed(str(error)) if one.by_make else error) from error


def _as_typed(text):
    """Returns a text in which options have the names that `make` knows."""
    return re.sub(r"--([a-z][a-z-]*)", lambda m: m[1].upper().replace("-", "_"), text)
