"""A request as arrays of Slurm jobs, for clusters without Ray: one task an index."""

import shlex

from common.errors import UserError
from common.files import write_text

_MARK = "# Written by `cluster array`."
_PYTHON = ".venv/bin/python -m papers"


def array_text(tasks, finish, options=(), hours=None):
    """Returns a shell script that submits a request's tasks, each after those it needs.

    Tasks of one level do not need each other and make one array; the next array begins
    when all of it have ended. A task that fails fails alone: those that need it end
    with what they miss, and the last job writes tables and figures of the others.

    Args:
        tasks: `papers.engine.devices.tasks.Task`s, each after those it needs.
        finish: the commands of the last job, each as its words after
            `python -m papers`.
        options: options of `sbatch` for each task, such as `"--time=12:00:00"`.
        hours: of all trainings together, as far as known, as text; or None.
    """
    levels = levels_of(tasks)
    known = f", {hours} of training one after the other" if hours else ""
    parts = [
        f"#!/bin/bash\n{_MARK}",
        f"# Tasks: {len(tasks)}, arrays: {len(levels)}{known}.",
        "# Run it with bash, in the folder of the suite, after preparing the data.",
        "# After failures: correct them, write the script again and run it; what is",
        "# finished is left out.",
        "set -euo pipefail",
        "after=",
    ]
    for level in levels:
        cases = "\n".join(
            f"  {n}) exec {_PYTHON} {shlex.join(task.arguments)} ;;"
            for n, task in enumerate(level)
        )
        script = f'case "$SLURM_ARRAY_TASK_ID" in\n{cases}\nesac'
        parts.append(_submit([f"--array=0-{len(level) - 1}", *options], script))
    last = " &&\n".join(f"{_PYTHON} {shlex.join(words)}" for words in finish)
    parts.append(_submit(options, last))
    return "\n".join(parts)


def write_script(path, text):
    """Writes a script, in place of an earlier one only.

    Raises:
        UserError: the file is something else.
    """
    if path.exists() and _MARK not in path.read_text(errors="replace"):
        raise UserError(
            path,
            "no such file, or an earlier script of `cluster array`",
            "something else",
            f"--script {path.with_name('submit-' + path.name)}",
        )
    write_text(path, text + "\n")


def levels_of(tasks):
    """Returns lists of tasks: each needs only those of the lists before its own."""
    level, found = {}, []
    for task in tasks:
        number = max((level[name] + 1 for name in task.after), default=0)
        level[task.name] = number
        if number == len(found):
            found.append([])
        found[number].append(task)
    return found


def _submit(options, script):
    # A name in quotes: nothing in the script is replaced when it is submitted.
    return (
        "after=${after%%;*}\n"  # of several clusters, sbatch names the one, too
        f"after=$(sbatch --parsable ${{after:+--dependency=afterany:$after}} \\\n"
        f"  {shlex.join(['--requeue', *options])} <<'SCRIPT'\n"
        f"#!/bin/bash\n{script}\nSCRIPT\n)"
    )
