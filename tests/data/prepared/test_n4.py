"""N4 on volumes whose bias field is known."""

import numpy as np
import pytest
import SimpleITK as sitk

from common.errors import UserError
from data.prepared.n4 import N4
from data.prepared.n4 import corrected as corrected_images

SHAPE = (40, 48, 44)
FAST = N4(shrink=2, iterations=(30, 30))


def phantom():
    """A ball of two tissues `(depth, height, width)`, and the field that dims it."""
    z, y, x = np.indices(SHAPE) / np.reshape(SHAPE, (3, 1, 1, 1)) - 0.5
    radius = np.sqrt(z**2 + y**2 + x**2)
    image = np.select([radius < 0.25, radius < 0.45], [600.0, 400.0])
    image += np.random.default_rng(0).normal(0, 8, SHAPE) * (image > 0)
    field = np.exp(0.9 * x + 0.7 * y - 0.5 * z)
    return (image * field).round().astype(np.int16), field


@pytest.fixture(scope="module")
def corrected():
    return FAST.correct(phantom()[0], (1.0, 1.0, 1.0))


def variation(values):
    return values.std() / values.mean()


def test_a_uniform_tissue_becomes_uniform(corrected):
    image, field = phantom()
    for low, high in ((500, 700), (300, 500)):
        tissue = (image / field > low) & (image / field < high) & (image > 0)
        before, after = variation(image[tissue]), variation(corrected[tissue])
        assert before > 0.1
        assert after < before / 2.5


def test_background_stays_zero_and_the_brain_positive(corrected):
    image, _ = phantom()
    assert corrected.dtype == np.float32
    assert corrected.shape == SHAPE
    assert (corrected[image == 0] == 0).all()
    assert (corrected[image > 0] > 0).all()


def test_the_same_bytes_whatever_the_threads(corrected):
    threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    try:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(3)
        again = FAST.correct(phantom()[0], (1.0, 1.0, 1.0))
        assert sitk.ProcessObject.GetGlobalDefaultNumberOfThreads() == 3
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    assert again.tobytes() == corrected.tobytes()


def test_equals_the_usual_recipe(corrected):
    image = sitk.GetImageFromArray(phantom()[0].astype(np.float32))
    corrector = sitk.N4BiasFieldCorrectionImageFilter()
    corrector.SetMaximumNumberOfIterations([30, 30])
    corrector.Execute(sitk.Shrink(image, [2] * 3), sitk.Shrink(image > 0, [2] * 3))
    field = sitk.Exp(corrector.GetLogBiasFieldAsImage(image))
    expected = sitk.GetArrayFromImage(image / sitk.Cast(field, sitk.sitkFloat32))
    np.testing.assert_allclose(corrected, expected, rtol=1e-3)


@pytest.mark.parametrize("shape", [(4, 30, 30), (6, 6, 6)])
def test_small_grids(shape):
    """The shrink factor gives way where an axis is short."""
    image = np.random.default_rng(0).integers(50, 90, shape)
    result = N4(iterations=(2,)).correct(image, (1.0, 1.0, 1.0))
    assert result.shape == shape
    assert (result > 0).all()


@pytest.mark.parametrize("value", [0, -3, np.nan, np.inf])
def test_nothing_to_correct(value):
    with pytest.raises(ValueError, match="Expected (finite|positive) intensities"):
        FAST.correct(np.full(SHAPE, value), (1.0, 1.0, 1.0))


def standardized():
    image = phantom()[0].astype(np.float32)
    brain = image != 0
    image[brain] = (image[brain] - image[brain].mean()) / image[brain].std()
    return image


def test_standardized_images_are_refused():
    """N4 would see the bright half of the brain only."""
    with pytest.raises(ValueError, match="[3-6][0-9]% negative ones"):
        FAST.correct(standardized(), (1.0, 1.0, 1.0))


def test_a_little_ringing_is_not():
    image = phantom()[0]
    image[tuple(np.argwhere(image > 0)[0])] = -2
    assert (FAST.correct(image, (1.0, 1.0, 1.0)) < 0).sum() == 1


def test_the_error_names_file_and_setting():
    images = {"flair": phantom()[0], "t1": standardized()}
    paths = {"flair": "a_flair.nii.gz", "t1": "a_t1.nii.gz"}
    with pytest.raises(UserError, match="SET=preparation.n4=false") as error:
        corrected_images(images, FAST, (1.0, 1.0, 1.0), paths)
    assert error.value.file == "a_t1.nii.gz"
    without = N4(exclude=("flair", "t1"))
    for n4 in (None, without):
        assert corrected_images(images, n4, (1.0, 1.0, 1.0)) == images


@pytest.mark.parametrize(
    "setting", [{"shrink": 0}, {"iterations": ()}, {"mask": "otsu"}]
)
def test_impossible_settings_are_refused(setting):
    with pytest.raises(ValueError, match="Received: N4"):
        N4(**setting)


def test_settings_are_complete():
    settings = N4(exclude=("flair",)).settings()
    assert settings.pop("SimpleITK") == sitk.Version.VersionString()
    assert settings == {
        "shrink": 4,
        "iterations": (50, 50, 50, 50),
        "mask": "positive",
        "exclude": ("flair",),
    }
