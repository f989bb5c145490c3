"""The command line: `python -m papers VERB …`.

The modules beside this one hold the verbs. They import what is heavy (TensorFlow,
SciPy, the readers of data sets) inside the verb that needs it, so that `--help` and
`list` answer at once.
"""

import os
import sys

import typer

from common.errors import UserError
from common.training.cluster import LostMachineError
from papers.engine.cli import (
    data,
    devices,
    predict,
    reports,
    scans,
    score,
    stages,
    tables,
    weights,
)
from papers.engine.devices.cluster import LOST_MACHINE, own_failure_noted
from papers.engine.environment import command_again

INTERRUPTED = 130  # the exit code of typer, and of a shell, after Ctrl-C

app = typer.Typer(
    help="Brain-tumor segmentation papers, re-implemented and re-run.\n\n"
    "Begin with `make reproduce-linkdsl`: it makes its own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _module in (stages, data, predict, scans, score, tables, reports, devices):
    app.add_typer(_module.verbs)
app.add_typer(weights.verbs, name="weights")
app.add_typer(devices.cluster, name="cluster")


def main(arguments=None):
    """Runs the command line; bad input is one message and exit code 2.

    Where one of several machines has stopped, the exit code is `LOST_MACHINE`; after
    Ctrl-C it is `INTERRUPTED`.
    """
    with own_failure_noted():
        _main(arguments)


def at_home(word):
    """Returns an argument with the home folder for `~`, which no shell has replaced.

    That is so within quotes, as in `make … DATA="~/my data"`, and after `--data=`.
    """
    option, equals, value = word.partition("=")
    if option.startswith("--") and equals:
        return f"{option}={os.path.expanduser(value)}"
    return os.path.expanduser(word)


def _main(arguments):
    typed = sys.argv[1:] if arguments is None else arguments
    try:
        app([at_home(word) for word in typed], prog_name="python -m papers")
    except UserError as error:
        print(
            f"error: {error.file}\n"
            f"  expected: {error.expected}\n"
            f"  received: {error.received}\n"
            f"  next:     {error.next_step}",
            file=sys.stderr,
        )
        sys.exit(LOST_MACHINE if isinstance(error, LostMachineError) else 2)
    except SystemExit as stopped:
        if stopped.code == INTERRUPTED:
            print(
                "interrupted; what is finished and the last saved state are kept. "
                f"Go on with: {command_again()}",
                file=sys.stderr,
            )
        raise
