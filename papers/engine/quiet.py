"""Imports TensorFlow quietly, and under the settings of `papers.engine.settings`."""

import atexit
import contextlib
import gc
import importlib
import os
import sys
import tempfile

from papers.engine.settings import apply_settings, check_settings


@contextlib.contextmanager
def _stderr_kept(file):
    """Redirects the process's standard error to a file."""
    saved = os.dup(2)
    try:
        os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


@contextlib.contextmanager
def _kept_until_the_end():
    """Keeps Python from looking for garbage among what is imported.

    A million objects stay until the process ends: each search through them takes most
    of a second, there are several while they are imported, and one is the last thing
    that Python does.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
        atexit.register(gc.freeze)


def _scratch_file():
    """Returns a file for a few lines, in memory where there is no room on a disk."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("lines")
        return open(descriptor, "w+", encoding="utf-8", errors="replace")
    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


def import_tensorflow():
    """Imports TensorFlow and Keras with the settings that all results were made with.

    Raises:
        UserError: nothing works with the settings of Keras.
    """
    if "tensorflow" not in sys.modules:
        check_settings()
        _import_quietly()
    apply_settings()


def _import_quietly():
    """Imports TensorFlow and shows its start-up lines only if that fails.

    They come from native code before any log level is read (notes on oneDNN and on a
    missing GPU), so that only redirecting the file descriptor catches them.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _scratch_file() as file:
        try:
            with _stderr_kept(file), _kept_until_the_end():
                tensorflow = importlib.import_module("tensorflow")
                tensorflow.config.list_physical_devices()
        except BaseException:
            file.seek(0)
            sys.stderr.write(file.read())
            raise
    # Each training has its own functions; from the fourth one in a process on,
    # TensorFlow would warn that the first is being retraced.
    tensorflow.get_logger().setLevel("ERROR")
