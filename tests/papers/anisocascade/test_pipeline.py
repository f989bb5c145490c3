"""The whole test program with the authors' weights, against their own results."""

import dataclasses

import keras
import numpy as np
import pytest

from common.layers import fast_paths
from common.metrics.overlap import confusion, dice
from common.metrics.regions import REGIONS, region_masks
from data.scans.find import find_scan
from data.volume.files import read_volume
from data.volume.views import VIEWS, from_view
from papers.anisocascade.cascade import STAGES, predict_case
from papers.anisocascade.inference_protocol import Fill, Inference, Tiling
from papers.anisocascade.released_weights import (
    CHECKPOINTS,
    NETWORKS,
    import_released,
    load_checkpoint,
)
from papers.anisocascade.segmenter import Segmenter

pytestmark = pytest.mark.real

ORIGINAL = Inference(tiling=Tiling(tail_overwrite=True))
WITHOUT_NOISE = dataclasses.replace(ORIGINAL, fill=Fill(mode="zeros"))


@pytest.fixture(scope="module")
def weights(shared_data, tmp_path_factory):
    """Folder of the authors' weights, as a user imports them."""
    folder = tmp_path_factory.mktemp("released") / "weights"
    import_released(shared_data / "brats17_weights", folder, lambda line: None)
    return folder


class Kept:
    """A network that keeps the shapes of its inputs.

    It is not compiled: nine networks run one or two batches each.
    """

    def __init__(self, model):
        self.model, self.inputs = model, []

    def __call__(self, patches):
        self.inputs.append(patches.shape)
        with fast_paths.portable("batch_statistics"):  # no kernels for each shape
            logits = self.model(patches, training=False)
        return np.asarray(keras.ops.softmax(logits)[..., 1])


@pytest.fixture(scope="module")
def synthetic(shared_data):
    """The recorded synthetic case and what this program makes of it."""
    recorded = np.load(shared_data / "oracle_aniso" / "pipeline_case_zero.npz")
    # The sizes of its own configuration.
    small = Tiling((68, 56), (44, 68), (44, 56), (40, 40), (32, 32))
    tiling = dataclasses.replace(small, tail_overwrite=True)
    volumes = [recorded[f"raw_zyx/{name}"] for name in ("flair", "t1", "t1ce", "t2")]
    networks = {}
    # Without the files of an import, which would take as long as the case.
    for (network, view), checkpoint in CHECKPOINTS.items():
        model = NETWORKS[network]((None, None, None, 4))
        load_checkpoint(model, shared_data / "brats17_weights" / checkpoint)
        stage = dict(zip(NETWORKS, STAGES, strict=True))[network]
        networks[stage, view] = Kept(model)
    protocol = dataclasses.replace(WITHOUT_NOISE, tiling=tiling)
    return recorded, predict_case(volumes, networks, protocol), networks


def test_synthetic_case(synthetic):
    recorded, result, _ = synthetic
    differing = np.count_nonzero(result.labels != recorded["final_label_zyx"])
    assert differing <= 30  # of 223,744; rounding in nine chained networks


@pytest.mark.parametrize("number", [1, 2, 3])
def test_synthetic_case_by_stage(synthetic, number):
    recorded, result, networks = synthetic
    stage = STAGES[number - 1]
    expected = recorded[f"stage{number}/prob_mean3"][..., 1]
    # Of the two sides the original is the less exact one, against float64.
    np.testing.assert_allclose(
        result.stages[stage].probability, expected, rtol=0, atol=1.5e-2
    )
    for view, short in zip(VIEWS, ("ax", "sg", "cr"), strict=True):
        sizes = {shape[1:4] for shape in networks[stage, view].inputs}
        assert sizes == {tuple(recorded[f"stage{number}/patch_{short}"].tolist())}
    views = [recorded[f"stage{number}/prob_{short}"] for short in ("ax", "sg", "cr")]
    pairs = zip(views, VIEWS, strict=True)
    mean = sum(from_view(one, view) for one, view in pairs) / 3
    np.testing.assert_allclose(mean, expected, rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def real_case(shared_data):
    case = find_scan(shared_data / "brats" / "brats2021" / "BraTS2021_00000")
    oracle = shared_data / "oracle_aniso" / "real_BraTS2021_00000_label.nii.gz"
    return case, read_volume(case.label)[0], read_volume(oracle)[0]


def scores(labels, truth):
    predicted, true = region_masks(labels), region_masks(truth)
    return {name: dice(*confusion(predicted[name], true[name])) for name in REGIONS}


@pytest.mark.slow
def test_real_case_without_noise(weights, real_case):
    case, truth, recorded = real_case
    labels = Segmenter(weights, WITHOUT_NOISE)(case)
    received, expected = (
        scores(labels, truth),
        {"wt": 0.5325, "tc": 0.9632, "et": 0.9423},
    )
    for region, value in expected.items():
        assert abs(received[region] - value) <= 0.002, region
    assert scores(recorded, truth) == pytest.approx(expected, abs=1e-4)
    differing = np.count_nonzero(labels != recorded)
    assert differing <= 0.02 * np.count_nonzero(recorded)


@pytest.mark.slow
def test_real_case_with_noise(weights, real_case):
    case, truth, _ = real_case
    received = scores(Segmenter(weights, ORIGINAL)(case), truth)
    # Seeds 0 and 1 gave .9625 .9826 .9507 and .9619 .9826 .9503.
    for region, value in {"wt": 0.9622, "tc": 0.9826, "et": 0.9505}.items():
        assert abs(received[region] - value) <= 0.003, region


@pytest.mark.slow
def test_real_case_with_noise_in_the_background_only(weights, real_case, monkeypatch):
    """Recorded of a plain build with noise: .9484, .9512, .9353.

    Noise in the background, and zeros beyond the volume and in spare patches, lead
    there; the released code has noise in all three, which scores higher (above).
    """
    case, truth, _ = real_case
    zeros = lambda fill, shape, *counters: np.zeros(shape, np.float32)  # noqa: E731
    monkeypatch.setattr("papers.anisocascade.slabs.patch_fill", zeros)
    received = scores(Segmenter(weights, ORIGINAL)(case), truth)
    # Ours at seeds 0 to 2: .9532 to .9536, .9528 to .9531, .9360 to .9363; one noise
    # for all four modalities: .9453, .9511, .9347. The generator decides the rest.
    for region, value in {"wt": 0.9484, "tc": 0.9512, "et": 0.9353}.items():
        assert abs(received[region] - value) <= 0.006, region
