"""The papers' packages give their public names and import nothing heavy for it."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from papers.registry import IDS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "papers",
    "papers.engine",
    "papers.engine.brats",
    *(f"papers.{paper}" for paper in IDS),
)
HEAVY = {"tensorflow", "keras", "numpy", "scipy", "pandas", "matplotlib"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there(package):
    module = importlib.import_module(package)
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_importing_the_packages_imports_nothing_heavy():
    code = "import sys, " + ", ".join(PACKAGES) + "; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert not HEAVY & set(run.stdout.split())


NETWORKS = {
    "linkdsl": "linknet",
    "cunet": "cu_net",
    "dsunet": "separable_unet",
    "hierdice": "residual_unet",
    "anisocascade": "wnet",
}


@pytest.mark.parametrize("paper", IDS)
def test_a_paper_offers_its_declaration_and_its_networks(paper):
    module = importlib.import_module(f"papers.{paper}")
    assert module.PAPER.id == paper
    assert module.PAPER.published == module.Protocol()
    builder = getattr(module, NETWORKS[paper])
    assert builder.__module__ == f"papers.{paper}.networks"
