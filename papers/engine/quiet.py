"""Imports TensorFlow without the lines it prints before logging is set up."""

import contextlib
import importlib
import os
import sys
import tempfile


@contextlib.contextmanager
def _stderr_kept(file):
    """Sends what is written to the process's standard error to a file."""
    saved = os.dup(2)
    try:
        os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def import_tensorflow():
    """Imports TensorFlow; its start-up lines show only if that fails.

    They come from native code before any log level is read (notes on oneDNN,
    and on a missing GPU), so that only the file descriptor can hold them.
    """
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        try:
            with _stderr_kept(file):
                tensorflow = importlib.import_module("tensorflow")
                tensorflow.config.list_physical_devices()
        except BaseException:
            file.seek(0)
            sys.stderr.write(file.read())
            raise
    # Each training has functions of its own; TensorFlow would take the fourth
    # one in a process for a retracing of the first.
    tensorflow.get_logger().setLevel("ERROR")
