"""What a node of a cluster does with one task: runs its command, passes on its lines.

Ray imports this on every node; it loads nothing heavy.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from papers.engine.devices.cores import bound, own_cores

NOT_BEGUN = -1  # the result of a task whose predecessors failed
_LOST = 75  # the exit code of a training that lost another machine
_POLL_SECONDS = 0.1
SECONDS_TO_END = 60  # after Ctrl-C, the longest step that is waited for


class LostError(RuntimeError):
    """The process of a task was killed; started again, it resumes."""


def run_task(name, command, place, messages, *before, carried=None, cores=None):
    """Runs one task after those that it needs.

    Args:
        name: its name.
        command: the words of its command.
        place: `(folder, token, environment)`: where it runs; a file below that folder
            that shows that this node sees the same one; variables to be set, or, where
            they are None, not to be set.
        messages: function that takes `(name, kind, text)`: of kind `"begins"` the
            node, `"line"` a line of output, `"ends"` the exit code.
        *before: the results of the tasks that it needs.
        carried: function that returns a `papers.engine.devices.carried.Carried`, for a
            node that does not see that folder; None where nothing can be carried.
        cores: how many cores of its own its process gets; None for all, shared.

    Returns:
        The exit code, or `NOT_BEGUN`.

    Raises:
        LostError: the process was killed, or lost another machine.
    """
    _hear_ctrl_c()
    if any(before):
        messages(name, "ends", str(NOT_BEGUN))
        return NOT_BEGUN
    folder, token, environment = place
    node = socket.gethostname()
    messages(name, "begins", node)
    if (Path(folder) / token).is_file():
        code = _run(name, command, folder, environment, messages, cores)
    elif carried is not None:
        with carried() as copy:
            words = [*_of_this_node(command), *copy.words]
            environment = environment | copy.environment
            code = _run(name, words, copy.folder, environment, messages, cores)
    else:
        code = 2
        text = f"error: {node} does not see {folder}: all nodes need the same folder"
        messages(name, "line", text)
    if code < 0 or code == _LOST:
        raise LostError(f"{name}: exit code {code}")
    messages(name, "ends", str(code))
    return code


def _run(name, command, folder, environment, messages, cores):
    merged = os.environ | {k: v for k, v in environment.items() if v is not None}
    for variable in (k for k, v in environment.items() if v is None):
        merged.pop(variable, None)
    with own_cores(cores) as own:
        with bound(own):
            process = subprocess.Popen(
                tied(command),
                cwd=folder,
                env=merged,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                process_group=0,
            )
        _follow(name, process, messages)
    return process.returncode


def _follow(name, process, messages):
    lines = threading.Thread(target=_pass_on, args=(name, process.stdout, messages))
    lines.start()
    try:
        # Ray cancels a task between two steps of Python: not while it reads a pipe.
        while process.poll() is None:
            time.sleep(_POLL_SECONDS)
    except BaseException:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    finally:
        lines.join()


def _of_this_node(command):
    """Returns a command with the Python of this node, where another one's is named."""
    first, *words = command
    is_python = Path(first).name.startswith("python") and not Path(first).exists()
    return [sys.executable if is_python else first, *words]


def _hear_ctrl_c():
    """Undoes what Ray's nodes do to SIGINT, in this process and so in its children."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _pass_on(name, output, messages):
    with output:
        for line in output:
            messages(name, "line", line.rstrip("\n"))


def tied(command):
    """Returns a command that the kernel kills together with its parent process.

    Otherwise, a training would go on after its node has left the cluster, while another
    node resumes it. Where the system cannot do that, the lock of the run's folder
    keeps the second one waiting.
    """
    setpriv = shutil.which("setpriv")  # of util-linux
    return [setpriv, "--pdeathsig", "KILL", *command] if setpriv else list(command)
