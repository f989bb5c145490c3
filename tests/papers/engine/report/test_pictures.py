"""The images of a case: which slices, which pixels, which volumes."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from papers.engine.case_images import CaseImages
from papers.engine.report import pictures
from papers.engine.report.pictures import Layer, folder_of, write_pictures
from tests.papers.engine.report.conftest import HOSTILE

NAMES = {1: ("core", "gold"), 2: ("edema", "tab:green"), 4: ("enhancing", "tab:red")}


@pytest.fixture
def volume():
    truth = np.zeros((30, 20, 24), np.uint8)
    truth[5:25, 4:12, 6:16] = 2
    truth[10:15, 6:9, 8:12] = 4
    images = {"flair": np.random.default_rng(0).normal(100, 9, truth.shape)}
    affine = np.diag([1.0, 2.0, 3.0, 1.0])
    return CaseImages(images, truth, NAMES, "Image: mine.", affine)


def test_slices_are_few_and_hold_the_largest(volume):
    found = pictures.slices_of([volume.truth])
    assert len(found) == pictures.MAX_SLICES and found == sorted(set(found))
    assert found[0] == 5 and found[-1] == 24
    lone = np.zeros_like(volume.truth)
    lone[7, 2, 2] = 1
    assert pictures.slices_of([lone]) == [7]
    assert pictures.slices_of([lone * 0]) == [15]
    assert pictures.slices_of([np.zeros((4, 4))]) == [None]


def test_contour_is_what_an_erosion_leaves(volume):
    labels = volume.truth[12]
    edges = pictures.is_edge(labels) & (labels > 0)
    expected = np.zeros_like(edges)
    for label in (2, 4):
        mask = labels == label
        expected |= mask & ~ndimage.binary_erosion(mask)
    np.testing.assert_array_equal(edges, expected)


def test_pixels_have_the_colors_of_their_labels(volume, tmp_path):
    about = write_pictures(
        tmp_path / "linkdsl" / "x",
        "x",
        volume,
        [Layer("truth", volume.truth), Layer("DRN", volume.truth * 0, "cpu, fold 0")],
    )
    assert about["folder"] == "linkdsl/x" and about["size"] == [24, 20]
    assert [one["name"] for one in about["labels"]] == ["edema", "enhancing"]
    assert [one["paper"] for one in about["labels"]] == ["green", "red"]
    number = about["slices"].index(12) if 12 in about["slices"] else 4
    z = about["slices"][number]
    path = tmp_path / "linkdsl" / "x"
    fill = np.asarray(Image.open(path / f"fill0-{number}.png"))
    np.testing.assert_array_equal(fill[..., 3] > 0, volume.truth[z] > 0)
    red = np.array([0xD5, 0x5E, 0x00])
    np.testing.assert_array_equal(
        (fill[..., :3] == red).all(-1) & (fill[..., 3] > 0), volume.truth[z] == 4
    )
    assert not np.asarray(Image.open(path / f"contour1-{number}.png")).any()
    assert np.asarray(Image.open(path / f"image0-{number}.png")).shape == (20, 24)


def test_volumes_are_in_milliliters(volume):
    halves = [Layer("truth", volume.truth), Layer("half", volume.truth[:, :, ::-1] * 0)]
    found = dict(pictures.volumes_of(volume, halves))
    voxel = 1 * 2 * 3 / 1000
    assert found["whole tumor"] == pytest.approx([20 * 8 * 10 * voxel, 0])
    assert found["enhancing tumor"] == pytest.approx([5 * 3 * 4 * voxel, 0])
    flat = CaseImages({}, None, {}, "")
    assert pictures.volumes_of(flat, halves) is None


def test_intensities_fill_the_gray_values():
    image = np.r_[np.zeros(50), np.linspace(10, 110, 1001), 9999].reshape(1, -1)
    gray = pictures.as_bytes(image)
    assert gray.dtype == np.uint8 and gray.min() == 0 and gray.max() == 255
    assert 120 < gray[0, 50 + 500] < 150, "one bright voxel does not darken the rest"
    assert not pictures.as_bytes(np.full((3, 3), 7.0)).any()


def test_a_folder_has_a_harmless_name():
    name = folder_of("../../" + HOSTILE)
    assert set(name) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    )
    assert len(name) < 60 and folder_of("a.b") != folder_of("a/b")
