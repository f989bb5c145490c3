"""Without a package, the command line says in one line what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
NO_TYPER = "import sys; sys.modules['typer'] = None; import papers.__main__ as m; "


@pytest.mark.parametrize(
    "arguments, package",
    [
        (["-S", "-m", "papers", "list"], "lazy_loader"),  # without site-packages
        (["-c", NO_TYPER + "m.main(['list'])"], "typer"),
    ],
)
def test_one_line_with_the_next_command(arguments, package):
    done = subprocess.run(
        [sys.executable, *arguments],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0 and done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert package in line and "Next: make install, then .venv/bin/python" in line


def test_a_helper_from_python_says_so_too():
    done = subprocess.run(
        [sys.executable, "-S", "-c", "from papers import load_run"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: there is no package lazy_loader")
    assert last.endswith("Next: make install, then .venv/bin/python")
