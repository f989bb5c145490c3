"""Runs of pytest in processes that find the large libraries imported already."""

import contextlib
import functools
import importlib
import os
import signal
import sys
import tempfile
import time

from tests.mutation.tree import ROOT

# Imported once and not for each fault: most of a short run is their import. None of
# them computes anything before it is used, so that it can be forked.
_LIBRARIES = ("tensorflow", "keras", "pandas", "scipy.ndimage", "scipy.stats", "h5py")
_LIBRARIES += ("SimpleITK", "nibabel", "matplotlib.figure", "typer", "rich.table")
_LIBRARIES += ("tensorboard.compat.proto", "pytest")
_OURS = ("benchmarks", "common", "data", "papers", "tests")


def run_pytest(folder, arguments, limit):
    """Runs pytest in a folder, a copy of the repository, in a process of its own.

    Args:
        folder: the copy, whose packages are imported.
        arguments: pytest's arguments.
        limit: seconds, after which the process and all that it started are ended.

    Returns:
        `(code, output)`: the exit code, minus the number of the signal that ended it,
        or None where the limit was reached; and what was printed.
    """
    _preload()
    deadline = time.monotonic() + max(limit, 1)
    with tempfile.TemporaryFile("w+") as file:
        process = os.fork()
        if not process:
            _become_pytest(folder, arguments, file.fileno())
        try:
            status = 0
            while not (ended := os.waitpid(process, os.WNOHANG))[0]:
                if time.monotonic() > deadline:
                    return None, ""
                time.sleep(0.1)
            status = ended[1]
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)  # and what the tests have started
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)
        file.seek(0)
        return os.waitstatus_to_exitcode(status), file.read()


@functools.cache
def _preload():
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # A changed file may have the time and the size of the one before it.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    for name in _LIBRARIES:
        importlib.import_module(name)


def _become_pytest(folder, arguments, output):
    """Runs pytest and ends the process; what it imports of ours is the copy's."""
    code = 3  # pytest's for an error of its own
    try:
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(folder)
        for name in [n for n in sys.modules if n.split(".")[0] in _OURS]:
            del sys.modules[name]
        sys.path[:] = [str(folder), *(p for p in sys.path if p not in ("", str(ROOT)))]
        os.environ["PYTHONPATH"] = str(folder)
        import pytest

        code = int(pytest.main(arguments))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
