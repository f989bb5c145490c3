"""Packages of `data` cost nothing until one of their names is used."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(
    ".".join(path.relative_to(ROOT).parent.parts)
    for path in (ROOT / "data").rglob("__init__.py")
)
HEAVY = {"SimpleITK", "h5py", "nibabel", "numpy", "pandas", "pooch", "scipy"}
HEAVY |= {"tensorflow"}

IMPORT = """
import importlib, sys

for name in sys.argv[1:]:
    importlib.import_module(name)
print(*{name.split(".")[0] for name in sys.modules})
"""


def loaded(*names):
    """The top-level modules of a fresh process that has imported some modules."""
    return set(
        subprocess.run(
            [sys.executable, "-c", IMPORT, *names],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    )


def test_packages_import_nothing_heavy():
    assert "data.phantom.brats" in PACKAGES
    assert not loaded(*PACKAGES) & HEAVY


@pytest.mark.parametrize(
    ("module", "light"),
    [
        ("data.brats.releases", HEAVY),
        ("data.case", HEAVY),
        ("data.integrity", HEAVY),
        ("data.splits.split", HEAVY),
        ("data.brats.dataset", {"pandas", "tensorflow"}),
        ("data.prepared.prepare", {"pandas", "tensorflow"}),
    ],
)
def test_modules_import_only_what_they_need(module, light):
    assert not loaded(module) & light
