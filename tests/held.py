"""Another process that holds a folder."""

import contextlib
import os
import subprocess
import sys

from tests.disks import ROOT

HOLD = """
import pathlib, sys
from common import files
with files.lock(pathlib.Path(sys.argv[1])):
    with files.atomic_path(pathlib.Path(sys.argv[1]) / "a.csv") as temporary:
        temporary.write_text("whole")
        print("held", flush=True)
        sys.stdin.readline()
"""


@contextlib.contextmanager
def holding(folder, command="make train-x SEEDS=1"):
    """Another process, which holds a folder until its input ends."""
    environment = {**os.environ, "BRAINTUMOR_COMMAND": command}
    arguments = [sys.executable, "-c", HOLD, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": ROOT}
    with subprocess.Popen(arguments, env=environment, text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        yield process
