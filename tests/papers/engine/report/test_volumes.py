"""The volumes beside a page: what the viewer reads is what was segmented."""

import base64
import gzip
import hashlib
import io
import json
import re

import nibabel
import numpy as np
import pytest

from papers.engine.case_images import CaseImages
from papers.engine.report.pictures import Layer, center_of, write_pictures
from papers.engine.report.volumes import box_of
from papers.engine.report.write import HERE

AFFINE = np.array([[-1.0, 0, 0, 90], [0, -2, 0, 100], [0, 0, 3, -50], [0, 0, 0, 1]])


@pytest.fixture
def written(tmp_path):
    """A case of 20x30x40 voxels with a tumor of label 4: folder, facts, truth."""
    image, truth = np.zeros((20, 30, 40)), np.zeros((20, 30, 40), np.uint8)
    image[4:16, 5:25, 10:36] = np.linspace(1, 9, 26)
    truth[8:10, 9:14, 20:23] = 4
    names = {4: ("enhancing", "tab:red")}
    shown = CaseImages({"flair": image, "t1": image[::-1]}, truth, names, "", AFFINE)
    folder = tmp_path / "cunet" / "a"
    about = write_pictures(folder, "a", shown, [Layer("truth", truth)])
    return folder, about, truth


def read(path, name):
    """Reads a script of a volume as the page and the viewer do."""
    first, second = path.read_text(encoding="utf-8").splitlines()
    assert second == "window.REPORT_GOT();"
    value = re.fullmatch(r"window\.REPORT_LOADED = (.*);", first)[1]
    found, content = json.loads(value)
    assert found == name
    content = gzip.decompress(base64.b64decode(content, validate=True))
    holder = nibabel.FileHolder(fileobj=io.BytesIO(content))
    return nibabel.Nifti1Image.from_file_map({"header": holder, "image": holder})


def test_labels_are_where_they_were(written):
    folder, about, truth = written
    assert about["nifti"]["layers"] == ["layers0"]
    image = read(folder / "layers0.js", "cunet/a/layers0")
    found = np.argwhere(np.asarray(image.dataobj) == 4)
    places = nibabel.affines.apply_affine(image.affine, found)
    expected = nibabel.affines.apply_affine(AFFINE, np.argwhere(truth == 4)[:, ::-1])
    assert {tuple(p) for p in places} == {tuple(p) for p in expected}
    assert len(found) == (truth == 4).sum()
    np.testing.assert_allclose(image.affine[:3, :3], AFFINE[:3, :3])


def test_images_are_bytes_on_the_labels_grid(written):
    folder, about, _ = written
    labels = read(folder / "layers0.js", "cunet/a/layers0")
    for name in about["nifti"]["images"]:
        image = read(folder / f"{name}.js", f"cunet/a/{name}")
        assert image.get_data_dtype() == np.uint8 and image.shape == labels.shape
        np.testing.assert_allclose(image.affine, labels.affine)
    assert image.shape == (30, 24, 16), "cut to the head, with a margin of 2 voxels"


def test_the_crosshair_begins_in_the_middle_of_what_is_marked(written):
    _, about, truth = written
    middle = np.argwhere(truth)[:, ::-1].mean(axis=0)
    expected = nibabel.affines.apply_affine(AFFINE, middle)
    assert about["nifti"]["center"] == pytest.approx(expected, abs=0.06)
    none = np.zeros((4, 4, 4), np.uint8)
    assert center_of([none], np.eye(4)) == [2, 2, 2]


def test_a_box_of_nothing_is_the_whole():
    mask = np.zeros((3, 4, 5), bool)
    assert mask[box_of([mask])].shape == (3, 4, 5)
    mask[0, 3, 4] = True
    assert mask[box_of([mask])].shape == (3, 3, 3)


def test_the_viewer_is_the_one_that_its_page_names():
    readme = (HERE / "vendor" / "README.md").read_text(encoding="utf-8")
    content = (HERE / "vendor" / "niivue.umd.js").read_bytes()
    assert f"`{hashlib.sha256(content).hexdigest()}`" in readme
    license = (HERE / "vendor" / "niivue-LICENSE.txt").read_text(encoding="utf-8")
    assert "BSD 2-Clause" in license and "Copyright (c) 2021, Niivue" in license


def test_a_slice_has_no_volumes(tmp_path):
    shown = CaseImages({"t1": np.eye(8)}, None, {}, "")
    about = write_pictures(
        tmp_path / "x", "a", shown, [Layer("mine", np.eye(8, dtype=int))]
    )
    assert "nifti" not in about and not list((tmp_path / "x").glob("*.js"))
