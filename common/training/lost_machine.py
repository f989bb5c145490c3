"""One error for everything that TensorFlow raises when another machine has stopped."""

import contextlib
import re

import tensorflow as tf

from common.training.cluster import LostMachineError, on_several_machines

# Which of them is raised depends on what the others were doing at that moment.
_LOST = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
    tf.errors.InternalError,  # NCCL's
    tf.errors.UnavailableError,
)


@contextlib.contextmanager
def report_lost_machine(folder):
    """Turns the errors of a machine that has stopped into a `LostMachineError`.

    Args:
        folder: the run's folder, which the error names.

    Raises:
        LostMachineError: another machine has stopped.
    """
    try:
        yield
    except _LOST as error:
        if not on_several_machines():
            raise
        raise LostMachineError(
            folder,
            "all machines to take part in each step",
            _cause(error.message),
            "start the same command on every machine again; it resumes from the "
            "last saved state",
        ) from error


def _cause(message):
    """Returns the line of TensorFlow's message that says what happened, and where."""
    lines = [line for line in message.splitlines() if line and not line[0].isspace()]
    telling = [
        line
        for line in lines
        if not line.startswith(("Graph execution error", "Detected at node"))
    ]
    who = re.search(r"/job:(\w+)/\S*task:(\d+)", message)
    place = f" ({who[1]} {who[2]} of TF_CONFIG)" if who else ""
    return (telling or lines or ["no message"])[0] + place
