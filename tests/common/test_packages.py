"""Layers, losses and metrics as packages: cheap to import, documented by examples."""

import doctest
import importlib
import inspect
import pkgutil

import keras
import pytest

from tests.disks import run_python

PACKAGES = ("common.layers", "common.losses", "common.metrics")
HEAVY = ("keras", "tensorflow", "scipy", "pandas", "matplotlib")


def modules(package):
    """The names of a package's modules, those of its subpackages too."""
    path = importlib.import_module(package).__path__
    return [found.name for found in pkgutil.walk_packages(path, f"{package}.")]


def public(kind):
    """The public classes of the packages that derive from a class of Keras."""
    values = [
        getattr(importlib.import_module(package), name)
        for package in PACKAGES
        for name in importlib.import_module(package).__all__
    ]
    return [v for v in values if isinstance(v, type) and issubclass(v, kind)]


def test_importing_a_package_imports_nothing_heavy():
    names = (*PACKAGES, "common.layers.tensorflow")
    code = f"import sys, {', '.join(names)}; print(*sys.modules)"
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert set(names) <= set(loaded)
    assert not set(HEAVY) & set(loaded)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_what_their_modules_define(package):
    imported = importlib.import_module(package)
    assert imported.__all__
    for name in imported.__all__:
        value = getattr(imported, name)
        home = getattr(value, "__module__", package)
        assert home.startswith(package)
        assert name in dir(imported)


def test_layers_are_imported_from_their_package_in_a_fresh_process():
    code = "from common.layers import DepthwiseConv3D, SeparableConv3D; "
    done = run_python(code + "print(DepthwiseConv3D.__name__)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "DepthwiseConv3D"


@pytest.mark.parametrize("name", [n for p in PACKAGES for n in modules(p)])
def test_examples_in_docstrings(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


@pytest.mark.parametrize("kind", [keras.layers.Layer, keras.losses.Loss])
def test_public_classes_document_shapes_and_an_example(kind):
    classes = public(kind)
    assert len(classes) >= 4
    for one in classes:
        text = inspect.getdoc(one)  # Python 3.13 unindents `__doc__`, earlier ones not
        for section in ("Input shape:", "Output shape:", "Example:\n\n>>>"):
            assert section in text, f"{one.__name__} lacks {section!r}"
