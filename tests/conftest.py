"""Data that tests share: the real data set where it is there, and a phantom."""

import atexit
import gc
import os
import shutil
from pathlib import Path

import pytest

from data.phantom.figshare.write import write_phantom

# `make test` is what was typed here, but not what a test's own runs were started by.
os.environ.pop("BRAINTUMOR_COMMAND", None)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Looks for no garbage among what is imported, which takes seconds and stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(10_000, 10, 50)


def pytest_sessionfinish():
    """Leaves out the search that would be the last thing that Python does."""
    atexit.register(gc.freeze)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Looks for garbage after each file, and no more among what the file has kept.

    Networks that files keep until the end are a million objects, which each search
    would go through again.
    """
    done = yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()
    return done


@pytest.fixture(scope="session")
def shared_data():
    """Folder of the real data, beside the repository; skips where it is not."""
    folder = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real data: ../shared/data is not there")
    return folder.resolve()


@pytest.fixture(scope="session")
def phantom_root(tmp_path_factory):
    """A small figshare phantom; not to be changed."""
    root = tmp_path_factory.mktemp("phantom") / "figshare"
    write_phantom(root, count=24, size=128, max_slices=4)
    return root


@pytest.fixture
def phantom_copy(phantom_root, tmp_path):
    """A copy of the small phantom, to be changed at will."""
    return Path(shutil.copytree(phantom_root, tmp_path / "copy"))
