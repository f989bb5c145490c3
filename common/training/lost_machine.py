"""What TensorFlow says where another machine has stopped, as one error."""

import contextlib
import re

import tensorflow as tf

from common.training.cluster import LostMachineError, on_several_machines

# Which of them depends on where the others stand when one is gone.
_LOST = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
    tf.errors.InternalError,  # NCCL's
    tf.errors.UnavailableError,
)


@contextlib.contextmanager
def machines_together(folder):
    """Within it, a machine that stops is a `LostMachineError`.

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
            "start the same command on every machine again; it goes on from the "
            "last saved state",
        ) from error


def _cause(message):
    """Returns the line of TensorFlow's message that tells what happened, and where."""
    lines = [line for line in message.splitlines() if line and not line[0].isspace()]
    telling = [
        line
        for line in lines
        if not line.startswith(("Graph execution error", "Detected at node"))
    ]
    who = re.search(r"/job:(\w+)/\S*task:(\d+)", message)
    place = f" ({who[1]} {who[2]} of TF_CONFIG)" if who else ""
    return (telling or lines or ["no message"])[0] + place
