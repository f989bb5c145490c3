"""The machines that `TF_CONFIG` names, read without TensorFlow.

A machine here is one process of a training that several share; TensorFlow calls it
a worker. (The workers of `data.prepared` are processes that prepare cases.)
"""

import json
import os

from common.errors import UserError


class LostMachineError(UserError):
    """One of several machines has stopped, so all of them must be restarted."""


def machines():
    """Returns how many machines train together: 1 if `TF_CONFIG` names none.

    Raises:
        UserError: `TF_CONFIG` cannot be read.
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
    """Whether `TF_CONFIG` makes this process one of several machines."""
    return machines() > 1
