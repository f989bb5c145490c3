"""The machines that `TF_CONFIG` names, read without TensorFlow."""

import json
import os

from common.errors import UserError


class LostMachineError(UserError):
    """One of several machines has stopped: all are to be started again."""


def machines():
    """Returns how many machines train together: 1 where `TF_CONFIG` names none.

    Raises:
        UserError: it cannot be read.
    """
    try:
        config = json.loads(os.environ.get("TF_CONFIG", "{}"))
        return max(sum(map(len, config.get("cluster", {}).values())), 1)
    except (ValueError, AttributeError, TypeError) as error:
        raise UserError(
            "TF_CONFIG",
            'JSON such as {"cluster": {"worker": ["a:2222", "b:2222"]}, "task": '
            '{"type": "worker", "index": 0}}',
            os.environ["TF_CONFIG"],
            "`python -m papers workers` prints it for each host",
        ) from error


def on_several_machines():
    """Tells whether `TF_CONFIG` makes this process one of several."""
    return machines() > 1
