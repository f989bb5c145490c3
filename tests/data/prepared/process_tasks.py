"""Tasks for the processes in the tests: every way in which a task can end."""

import os
import signal
import sys
import time

from common.errors import UserError


def begin(prefix):
    """Runs in each process; returns the function from a task to its result."""

    def work(task):
        match task:
            case "bad input":
                raise UserError("a.nii", "a volume", "nothing", "look at it")
            case "bug":
                raise KeyError("a bug")
            case "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exits":
                os._exit(3)
            case "modules":
                return sorted(set(sys.modules) & {"tensorflow", "keras", "pandas"})
            case "pid" | "pid2":
                time.sleep(0.2)  # so that each process gets one of the two
                return os.getpid()
            case "sleep" | "sleep2":
                time.sleep(60)
        return f"{prefix} {task}"

    return work
