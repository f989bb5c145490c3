"""Four images on one grid of 1 mm, and labels back where T1ce was."""

import numpy as np
import pytest
import SimpleITK as sitk

from common.errors import UserError
from data.scans import preparation as module
from data.scans.preparation import prepare, restore, working_grid
from data.volume.itk import geometry_of
from data.volume.orientation import axis_codes
from tests.data.scans import heads

GRIDS = {
    "t1ce": ("SLA", (3, 3, 3), heads.move((2, -3, 4), (3, 2, -4))),
    "t1": ("LPS", (3, 3, 3), heads.move((-5, 2, 6), (-5, 4, 3))),
    "t2": ("LPS", (2, 2, 5), heads.move()),
    "flair": ("PSR", (3, 3, 3), heads.move((0, 6, -4), (4, -4, 4))),
}


@pytest.fixture(scope="module")
def scanned():
    images = {
        name: heads.scan(name, move, heads.grid(axes, voxel))
        for name, (axes, voxel, move) in GRIDS.items()
    }
    inputs = {name: heads.as_input(image, name) for name, image in images.items()}
    return inputs, images


@pytest.fixture(scope="module")
def prepared(scanned):
    inputs, images = scanned
    patch = pytest.MonkeyPatch()
    patch.setattr(module, "GRID", (20, 20, 20))
    said = []
    made = prepare(inputs, inputs["t1ce"], said.append)
    patch.undo()
    assert len(said) == 3
    return made


def test_all_are_on_one_grid_of_1_mm_in_one_place(prepared):
    assert axis_codes(prepared.geometry.affine) == "LPS"
    np.testing.assert_allclose(prepared.geometry.spacing, 1)
    x, y, z = np.indices(prepared.brain.shape)[::-1]
    index = np.stack([x, y, z, np.ones_like(x)], axis=-1)
    points = (index @ prepared.geometry.affine.T)[..., :3] * (-1, -1, 1)
    move = GRIDS["t1ce"][2]
    matrix = np.reshape(move.GetMatrix(), (3, 3))
    values = heads.tissue(points @ matrix.T + move.GetTranslation())
    inside = (prepared.brain > 0) & ~np.isnan(values)
    for name, volume in prepared.volumes.items():
        assert volume.dtype == np.float32
        assert not volume[prepared.brain == 0].any()
        expected = heads.CONTRASTS[name](values[inside])
        assert np.corrcoef(volume[inside], expected)[0, 1] > 0.85
    overlap = 2 * inside.sum() / (prepared.brain.sum() + (~np.isnan(values)).sum())
    assert overlap > 0.96


def test_labels_come_back_to_the_reference(scanned, prepared):
    _, images = scanned
    bright = (prepared.volumes["t1ce"] > 800).astype(np.uint8) * 4
    labels = restore(bright, prepared.geometry, images["t1ce"])
    assert labels.shape == images["t1ce"].GetSize()[::-1]
    assert set(np.unique(labels)) == {0, 4} and labels.dtype == np.uint8
    expected = sitk.GetArrayFromImage(images["t1ce"]) > 800
    found = labels == 4
    assert 2 * (found & expected).sum() / (found.sum() + expected.sum()) > 0.85


def test_the_grid_is_at_least_that_of_brats():
    grid = working_grid(sitk.Cast(heads.scan("t1") > 0, sitk.sitkUInt8))
    assert grid.GetSize() == (240, 240, 155)
    middle = grid.TransformContinuousIndexToPhysicalPoint((119.5, 119.5, 77))
    np.testing.assert_allclose(middle, (-4, 0, 0), atol=3.5)
    large = sitk.Image((40, 40, 40), sitk.sitkUInt8) + 1
    large.SetSpacing((5, 5, 7))
    assert working_grid(large).GetSize() == (240, 240, 290)
    assert geometry_of(working_grid(large)).spacing == (1, 1, 1)


def test_masks_and_images_that_cannot_be_used(scanned):
    inputs, images = scanned
    nothing = heads.as_input(images["t1ce"] * 0, "mask")
    far = sitk.Image(images["t1ce"])
    far.SetOrigin((900, 0, 0))
    everything = heads.as_input(images["t1ce"] * 0 + 1, "mask")
    for mask, received in [
        (nothing, "nothing but 0"),
        (heads.as_input(far, "mask"), "nothing but 0"),
        (everything, "no voxel that is 0"),
    ]:
        with pytest.raises(UserError, match=f"mask: .*{received}.*skull-strip"):
            prepare(inputs, mask)
    for bad, message in [
        (images["t2"] * 0, "voxels from 0.0 to 0.0"),
        (images["t2"][20:26, 20:26, 8:11], "too little of that of t1ce"),
    ]:
        with pytest.raises(UserError, match=message):
            prepare(inputs | {"t2": heads.as_input(bad, "t2")}, inputs["t1ce"])
