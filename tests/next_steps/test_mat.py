"""Damaged slices: the command of the error finds them, and its fix mends them."""

import re
import shlex
import shutil

import h5py
import numpy as np
import pytest

from data.figshare.mat_reader import MAX_SIDE, read_cvind, read_slice
from data.figshare.mat_writer import write_cvind
from data.phantom.figshare.write import write_phantom
from papers.engine.datasets import tools

READER = "data/figshare/mat_reader.py"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("mat") / "whole"
    write_phantom(root, count=2, size=64, max_slices=1)
    return root


def replaced(name, value):
    """Returns a function that replaces a dataset of a file."""

    def replace(path):
        with h5py.File(path, "r+") as file:
            del file[f"cjdata/{name}"]
            if value is not None:
                file[f"cjdata/{name}"] = value

    return replace


def content(data):
    return lambda path: path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[:2000])


def external(path):
    (path.parent / "other").write_bytes(bytes(2 * 64 * 64))
    storage = [(str(path.parent / "other"), 0, 2 * 64 * 64)]
    with h5py.File(path, "r+") as file:
        del file["cjdata/image"]
        file["cjdata"].create_dataset("image", (64, 64), np.int16, external=storage)


ONES = np.ones((64, 64), np.uint8)


@pytest.mark.parametrize(
    ("place", "damage"),
    [
        (f"{READER}:_not_hdf5", content(b"MATLAB 5.0 MAT-file")),
        (f"{READER}:_not_hdf5", content(b"MATLAB 7.3")),
        (f"{READER}:_not_hdf5", content(b"PNG")),
        (f"{READER}:_opened", cut),
        (f"{READER}:read_slice", replaced("image", np.full((64, 64), np.nan))),
        (f"{READER}:read_slice", replaced("tumorMask", 255 * ONES)),
        (f"{READER}:read_slice", replaced("tumorMask", 0 * ONES)),
        (f"{READER}:read_slice", replaced("tumorBorder", np.ones((1, 4)))),
        (f"{READER}:_declared_fields", replaced("image", np.ones((MAX_SIDE + 1, 2)))),
        (f"{READER}:_declared_fields", replaced("tumorMask", ONES[:5])),
        (f"{READER}:_declared_fields", replaced("tumorMask", ONES.astype("u2"))),
        (f"{READER}:_declared", external),
        (f"{READER}:_declared", replaced("label", np.array([[b"1"]]))),
        (f"{READER}:_declared", replaced("image", np.ones(9))),
        (f"{READER}:_declared", replaced("label", np.ones((9, 9)))),
        (f"{READER}:_linked", replaced("image", None)),
        (f"{READER}:_linked", replaced("image", h5py.SoftLink("/cjdata/label"))),
        (f"{READER}:_linked", lambda path: _group_for_image(path)),
        (f"{READER}:_patient", replaced("PID", np.array([[7]], np.uint16))),
        (f"{READER}:_label", replaced("label", np.array([[4.0]]))),
    ],
)
def test_a_slice_is_listed_and_downloaded_again(told, whole, tmp_path, place, damage):
    root = shutil.copytree(whole, tmp_path / "my data")  # a space, as in any home
    path = root / "1.mat"
    damage(path)
    with told(place) as caught:
        read_slice(path)
    (finding,) = [f for f in findings(caught.value.next_step) if f.severity == "error"]
    assert finding.file == str(path)
    assert "download the file again" in finding.fix
    shutil.copy(whole / "1.mat", path)
    assert read_slice(path).mask.any()
    assert [f for f in tools("figshare").check(root) if f.severity == "error"] == []


def _group_for_image(path):
    with h5py.File(path, "r+") as file:
        del file["cjdata/image"]
        file.create_group("cjdata/image")


def test_folds_of_the_author(told, whole, tmp_path):
    root = shutil.copytree(whole, tmp_path / "copy")
    path = root / "cvind.mat"
    write_cvind(path, [3, 6])
    with told(f"{READER}:read_cvind") as caught:
        read_cvind(path)
    (finding,) = [f for f in findings(caught.value.next_step) if f.file == str(path)]
    assert "replace it with that of the data set" in finding.fix
    shutil.copy(whole / "cvind.mat", path)
    assert len(read_cvind(path)) == 2


def findings(step):
    """Runs the check that a step names; returns its findings."""
    words = shlex.split(re.search(r"`make check-data (.*)`", step)[1])
    given = dict(word.split("=", 1) for word in words)
    return tools(given["DATASET"]).check(given["DATA"])
