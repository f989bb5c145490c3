"""The cascade with networks that look at one voxel only, so that all is known."""

import dataclasses

import numpy as np
import pytest

from data.volume.views import VIEWS
from papers.anisocascade.cascade import STAGES, predict_case
from papers.anisocascade.inference_protocol import Fill, Inference, Tiling

SHAPE = (40, 48, 52)
SMALL = Tiling(
    whole_axial=(8, 8), whole_sagittal=(8, 8), whole_coronal=(8, 8), core=(8, 8)
)
PROTOCOL = Inference(tiling=dataclasses.replace(SMALL, enhancing=(8, 8)))


def block(*ranges):
    mask = np.zeros(SHAPE, bool)
    mask[tuple(slice(*one) for one in ranges)] = True
    return mask


BRAIN = block((4, 36), (3, 44), (6, 48))
WHOLE = block((10, 30), (10, 28), (10, 32))
CORE = block((14, 24), (12, 22), (14, 26))
ENHANCING = block((16, 20), (14, 20), (15, 22))


def scan(whole=WHOLE, core=CORE, enhancing=ENHANCING):
    """Volumes that are dark where the tumor is, each for one of the stages."""
    drawn = np.random.default_rng(0).integers(900, 1000, (4, *SHAPE)).astype(np.int16)
    for volume, region in zip(drawn, (whole, core, enhancing, whole), strict=True):
        volume[region] = 100
        volume[~BRAIN] = 0
    return list(drawn)


def thresholds(seen=None):
    """Networks that mark what is far darker than the brain."""

    def network(stage, view):
        def call(patches):
            if seen is not None:
                seen.append((stage, view, patches.shape))
            dark = patches[:, 4:-4, :, :, STAGES.index(stage)] < -2
            return np.where(dark, np.float32(0.9), np.float32(0.1))

        return call

    return {(s, v): network(s, v) for s in STAGES for v in VIEWS}


def truth():
    labels = np.zeros(SHAPE, np.uint8)
    for mask, label in ((WHOLE, 2), (CORE, 1), (ENHANCING, 4)):
        labels[mask] = label
    return labels


@pytest.fixture(scope="module")
def result():
    return predict_case(scan(), thresholds(), PROTOCOL)


def test_labels_on_the_whole_grid(result):
    np.testing.assert_array_equal(result.labels, truth())
    assert result.labels.dtype == np.uint8


def test_each_stage_works_in_the_box_of_the_one_before(result):
    low, high = 5, 5
    inside_brain = (slice(0, 40), slice(0, 48), slice(1, 52))
    assert result.stages["whole"].box == inside_brain
    for stage, found in (("core", WHOLE), ("enhancing", CORE)):
        corners = np.argwhere(found)
        first, last = corners.min(0) - low, corners.max(0) + 1 + high
        expected = tuple(map(slice, first.tolist(), last.tolist()))
        assert result.stages[stage].box == expected


def test_probabilities_on_the_whole_grid(result):
    for stage, region in zip(STAGES, (WHOLE, CORE, ENHANCING), strict=True):
        received = result.probability(stage)
        assert received.shape == SHAPE and received.dtype == np.float32
        np.testing.assert_allclose(received[region], 0.9, rtol=1e-6)
        box = np.zeros(SHAPE, bool)
        box[result.stages[stage].box] = True
        assert (received[~box] == 0).all() and (
            received[box & BRAIN & ~region] < 0.2
        ).all()


def test_views_are_averaged():
    networks = thresholds()
    for view, value in (("axial", 0.2), ("sagittal", 0.3), ("coronal", 0.7)):
        networks["whole", view] = lambda patches, value=value: np.full(
            patches[:, 4:-4, :, :, 0].shape, value, np.float32
        )
    stages = predict_case(scan(), networks, PROTOCOL).stages
    np.testing.assert_allclose(stages["whole"].probability, 0.4, rtol=1e-6)
    assert not stages["whole"].mask.any()


def test_one_view_is_enough_and_no_view_is_not():
    networks = {key: value for key, value in thresholds().items() if "axial" in key}
    result = predict_case(scan(), networks, PROTOCOL)
    np.testing.assert_array_equal(result.labels, truth())
    del networks["core", "axial"]
    with pytest.raises(ValueError, match="core"):
        predict_case(scan(), networks, PROTOCOL)


def test_the_three_views_see_their_own_slices():
    seen = []
    predict_case(scan(), thresholds(seen), PROTOCOL)
    sizes = {(stage, view): shape for stage, view, shape in seen}
    assert sizes["whole", "axial"] == (5, 19, 48, 52, 4)
    assert sizes["whole", "sagittal"] == (5, 19, 40, 48, 4)
    assert sizes["whole", "coronal"] == (5, 19, 40, 52, 4)
    assert sizes["core", "axial"] == (5, 19, 28, 32, 4)


def test_noise_outside_the_brain_is_never_tumor():
    networks = thresholds()
    for view in VIEWS:
        networks["whole", view] = lambda patches: np.ones(
            patches[:, 4:-4, :, :, 0].shape, np.float32
        )
    result = predict_case(scan(), networks, PROTOCOL)
    np.testing.assert_array_equal(result.stages["whole"].probability, 1)
    np.testing.assert_array_equal(result.labels > 0, BRAIN)


NONE = np.zeros(SHAPE, bool)


@pytest.mark.parametrize("mode", ["noise", "zeros"])
def test_a_case_without_tumor(mode):
    protocol = dataclasses.replace(PROTOCOL, fill=Fill(mode=mode))
    seen = []

    def nothing(patches):
        seen.append(patches.shape)
        return np.zeros(patches[:, 4:-4, :, :, 0].shape, np.float32)

    networks = dict.fromkeys(thresholds(), nothing)
    result = predict_case(scan(), networks, protocol)
    assert not result.labels.any() and len(result.stages) == 3
    assert result.stages["enhancing"].box == result.stages["core"].box
    assert len(seen) > 6


def test_a_tumor_without_core():
    result = predict_case(scan(core=NONE, enhancing=NONE), thresholds(), PROTOCOL)
    np.testing.assert_array_equal(result.labels, np.where(WHOLE, 2, 0))
    assert result.stages["enhancing"].box == result.stages["core"].box


def test_small_tumors_only():
    """The released code fails here: no component has more than 2000 voxels."""
    pair = block((10, 16), (10, 16), (10, 16)) | block((24, 29), (30, 35), (30, 35))
    result = predict_case(scan(pair, NONE, NONE), thresholds(), PROTOCOL)
    larger = block((10, 16), (10, 16), (10, 16))
    np.testing.assert_array_equal(result.labels, np.where(larger, 2, 0))


def test_two_cores_of_one_size():
    """The released code fails here: it tells components by their size."""
    pair = block((14, 18), (12, 16), (12, 16)) | block((20, 24), (20, 24), (22, 26))
    result = predict_case(scan(WHOLE, pair, NONE), thresholds(), PROTOCOL)
    np.testing.assert_array_equal(result.labels == 1, pair)


def test_progress():
    reported = []
    predict_case(scan(), thresholds(), PROTOCOL, lambda *step: reported.append(step))
    assert list(dict.fromkeys((stage, view) for stage, view, _, _ in reported)) == [
        (stage, view) for stage in STAGES for view in VIEWS
    ]
    for stage in STAGES:
        for view in VIEWS:
            steps = [step[2:] for step in reported if step[:2] == (stage, view)]
            assert steps == [(i + 1, len(steps)) for i in range(len(steps))]
