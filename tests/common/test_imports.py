"""What importing a module of `common` costs: nothing heavy before it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"tensorflow", "keras", "scipy", "pandas", "matplotlib"}
# Those that a paper's declarations, its tables and figures, import.
LIGHT = ("common.reporting", "common.audit", "common.metrics")
IMPORTED = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(*{name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize("package", LIGHT)
def test_modules_import_nothing_heavy(package):
    command = [sys.executable, "-c", IMPORTED, package]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    loaded = run.stdout.split()
    assert "common" in loaded and not HEAVY & set(loaded)
