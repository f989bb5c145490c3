"""What answers at once imports nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
HEAVY = {"tensorflow", "keras", "scipy", "pandas", "matplotlib", "SimpleITK", "nibabel"}
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
