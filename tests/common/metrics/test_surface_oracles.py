"""Surface distances against the programs whose rules they follow."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings

from common.metrics.surface import surface_distances
from tests.common.metrics.masks import ball, lesion, pairs, spacings

relaxed = settings(deadline=None, max_examples=40)
ANISOTROPIC = (3.0, 0.9, 0.7)


def ragged(seed):
    """Returns two shifted balls with holes and crumbs, one of which touches an edge."""
    random = np.random.default_rng(seed)
    truth = ball((14, 20, 24), (5, 9, 11), 7) ^ (random.random((14, 20, 24)) > 0.97)
    prediction = np.roll(truth, (-3, 2, 1), (0, 1, 2))
    return prediction ^ (random.random(truth.shape) > 0.98), truth


MASKS = {
    "large lesion": lesion("large"),
    "small lesion": lesion("small"),
    "ragged": ragged(0),
    "more ragged": ragged(1),
}
over_masks = pytest.mark.parametrize("masks", MASKS.values(), ids=MASKS)
over_spacings = pytest.mark.parametrize("spacing", [(1, 1, 1), ANISOTROPIC])


@pytest.fixture(scope="module")
def medpy():
    return pytest.importorskip("medpy.metric.binary", reason="MedPy: extra [test]")


@pytest.fixture(scope="module")
def deepmind():
    return pytest.importorskip(
        "surface_distance", reason="surface-distance: extra [test]"
    )


@over_masks
@over_spacings
def test_hausdorff_equals_simpleitk(masks, spacing):
    images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in masks]
    for image in images:
        image.SetSpacing([float(mm) for mm in reversed(spacing)])
    oracle = sitk.HausdorffDistanceImageFilter()
    oracle.Execute(*images)
    # ITK measures between whole masks, in single precision. Unless a mask is hollow,
    # the result is the same.
    ours = surface_distances(*masks, spacing).hausdorff()
    assert ours == pytest.approx(oracle.GetHausdorffDistance(), rel=1e-6)


@over_masks
@over_spacings
def test_pooled_and_mean_equal_medpy(medpy, masks, spacing):
    pooled = surface_distances(*masks, spacing, "pooled")
    assert pooled.hausdorff() == pytest.approx(medpy.hd(*masks, spacing))
    assert pooled.hausdorff(95) == pytest.approx(medpy.hd95(*masks, spacing))
    assert pooled.mean() == pytest.approx(medpy.assd(*masks, spacing))


@relaxed
@given(masks=pairs(), spacing=spacings)
def test_pooled_equals_medpy_for_any_masks(medpy, masks, spacing):
    ours = surface_distances(*masks, spacing, "pooled").hausdorff(95)
    assert ours == pytest.approx(medpy.hd95(*masks, spacing))


def in_deepmind(deepmind, masks, spacing):
    prediction, truth = masks
    return deepmind.compute_surface_distances(truth, prediction, spacing)


# surface-distance still imports from namespaces that SciPy is about to drop.
@pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")
@over_masks
@over_spacings
def test_area_weighted_equals_deepmind(deepmind, masks, spacing):
    theirs = in_deepmind(deepmind, masks, spacing)
    ours = surface_distances(*masks, spacing, "area-weighted")
    assert ours.truth_areas.sum() == pytest.approx(theirs["surfel_areas_gt"].sum())
    for percentile in (50, 95, 100):
        expected = deepmind.compute_robust_hausdorff(theirs, percentile)
        assert ours.hausdorff(percentile) == pytest.approx(expected)
    means = deepmind.compute_average_surface_distance(theirs)
    assert ours.mean() == pytest.approx(np.mean(means))


@pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")
@relaxed
@given(masks=pairs(), spacing=spacings)
def test_areas_and_distances_equal_deepmind_for_any_masks(deepmind, masks, spacing):
    theirs = in_deepmind(deepmind, masks, spacing)
    ours = surface_distances(*masks, spacing, "area-weighted")
    for distances, areas, other in (
        (ours.to_truth, ours.prediction_areas, ("pred_to_gt", "pred")),
        (ours.to_prediction, ours.truth_areas, ("gt_to_pred", "gt")),
    ):
        np.testing.assert_allclose(
            np.sort(distances), np.sort(theirs[f"distances_{other[0]}"])
        )
        np.testing.assert_allclose(
            np.sort(areas), np.sort(theirs[f"surfel_areas_{other[1]}"])
        )
