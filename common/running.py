"""Whether a process of this machine is running."""

import os
from pathlib import Path


def is_running(process):
    """Whether a process of this machine is running; one that was killed is not.

    Args:
        process: its number.
    """
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # one of another user
        return True
    return not _has_ended(process)


def _has_ended(process):
    """Whether a process that is there was killed, and its parent does not know yet."""
    try:
        text = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:  # ended meanwhile, or a system without such files
        return False
    return text.rpartition(b") ")[2][:1] in (b"Z", b"X")
