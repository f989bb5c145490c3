"""Disks that are full, and code that runs in its own process."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Python's last search for garbage takes a second where TensorFlow has been imported.
QUICK_END = "import atexit, gc; atexit.register(gc.freeze)\n"


@contextlib.contextmanager
def small_disk(folder, size="64k"):
    """Mounts a disk of `size` at a folder; skips the test if that is not permitted."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no small disk: there is no `mount`")
    if done.returncode:
        pytest.skip(f"no small disk, mounting needs root: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily, because a library that failed to close a file still holds it.
        subprocess.run(["umount", "-l", folder], check=True)


def run_python(code, *arguments):
    """Runs code with `sys.argv[1:] = arguments`; returns the finished process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, "-c", QUICK_END + code, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
