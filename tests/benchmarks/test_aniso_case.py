"""The benchmarked variant that runs all views at once computes the same."""

import numpy as np

from benchmarks.aniso_case import views_at_once
from data.views import VIEWS
from papers.anisocascade.cascade import predict_views
from papers.anisocascade.inference_protocol import Inference, Tiling

PROTOCOL = Inference(tiling=Tiling((8, 8), (8, 8), (8, 8), (8, 8), (8, 8)))


def test_views_at_once_are_the_views_one_by_one():
    images = np.random.default_rng(0).normal(size=(14, 18, 22, 4)).astype(np.float32)
    networks = {
        ("core", view): lambda patches, power=power: (
            np.abs(patches[:, 4:-4, ..., power]) ** (power + 1)
        )
        for power, view in enumerate(VIEWS)
    }
    networks["whole", "axial"] = None
    expected = predict_views(images, "core", networks, PROTOCOL)
    received = views_at_once(predict_views)(images, "core", networks, PROTOCOL)
    np.testing.assert_allclose(received, expected, rtol=1e-5)
    assert expected.std() > 0
