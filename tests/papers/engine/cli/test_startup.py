"""What answers at once imports nothing heavy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
HEAVY = {"tensorflow", "keras", "scipy", "pandas", "matplotlib", "SimpleITK", "nibabel"}
NAME = "OPENBLAS_NUM_THREADS"
CALL = """
import sys
from papers.__main__ import main
try:
    main(sys.argv[1:])
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "list",
        "workers --help",
        "train --help",
        "describe linkdsl",
        "prepare linkdsl --dry-run",
    ],
)
def test_nothing_heavy_is_imported(tmp_path, arguments):
    done = subprocess.run(
        [sys.executable, "-c", CALL, *arguments.split()],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and done.stdout, done.stderr
    loaded = set(done.stderr.split())
    assert "typer" in loaded and not HEAVY & loaded


# What a command does first, and then a product that OpenBLAS would share out.
PRODUCT = """
import os, sys
from papers.__main__ import main
try:
    main(["list"])
finally:
    import numpy
    ones = numpy.ones((512, 512), numpy.float32)
    ones @ ones
    print(len(os.listdir("/proc/self/task")), file=sys.stderr)
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no list of threads")
@pytest.mark.parametrize(("chosen", "threads"), [({}, 1), ({NAME: "3"}, 3)])
def test_products_have_one_thread_unless_the_user_says_otherwise(
    tmp_path, chosen, threads
):
    done = subprocess.run(
        [sys.executable, "-c", PRODUCT],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), **chosen},
        capture_output=True,
        text=True,
    )
    # No more of them than cores.
    assert int(done.stderr) == min(threads, len(os.sched_getaffinity(0)))
