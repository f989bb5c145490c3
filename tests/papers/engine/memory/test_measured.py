"""Predicted peaks against those of training steps that the benchmarks measured."""

import csv
from pathlib import Path

import keras
import pytest

from common.blank import blank
from common.optimizers.adam import FusedAdam
from common.optimizers.sgd import FusedSGD
from papers import registry
from papers.cunet.architectures import build_network as build_slices
from papers.dsunet.experiment import build_network as build_volumes
from papers.engine.memory.footprint import footprint_of
from papers.engine.memory.prediction import Prediction
from papers.engine.memory.without_data import predicted_without_data
from papers.engine.request import Request

RESULTS = Path(__file__).resolve().parents[4] / "benchmarks" / "results"
CUNET = ("unet", "cun_lws", "bfcn", "drn")
DSUNET = {"isensee2017": "isensee", "separable_unet": "separable"}
WITHIN = 0.3
# Peaks in GB of `python -m papers train PAPER --methods METHOD --epochs 1`, the demo.
DEMOS = {
    ("linkdsl", "linknet"): 0.91,
    ("cunet", "unet"): 0.88,
    ("dsunet", "isensee"): 1.11,
}


def measured(name, column, **where):
    """The bytes of one row of a benchmark."""
    with open(RESULTS / f"{name}.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    (row,) = [row for row in rows if where.items() <= row.items()]
    return float(row[column]) * 1e9


def method_and_protocol(paper_id, method):
    paper = registry.paper(paper_id)
    (found,) = [one for one in paper.methods if one.id == method]
    return found, paper.protocol_of("paper")


def predicted(model, optimizer, examples=1):
    return Prediction(footprint_of(model, optimizer), examples, ()).peak


@pytest.mark.parametrize("network", CUNET)
def test_slices_of_240_pixels(network):
    model = blank(build_slices, *method_and_protocol("cunet", network), (240, 240, 4))
    where = {"network": network, "part": "train", "variant": "shipped", "batch": "2"}
    peak = measured("cunet", "peak_gb", **where)
    found = predicted(model, FusedSGD(0.1, momentum=0.9), examples=2)
    assert found == pytest.approx(peak, rel=WITHIN)


@pytest.mark.parametrize("network", DSUNET)
def test_volumes_of_64_voxels(network):
    shape = (64, 64, 64, 4)
    model = blank(build_volumes, *method_and_protocol("dsunet", DSUNET[network]), shape)
    peak = measured("dsunet", "peak_gb", network=network, variant="shipped")
    assert predicted(model, FusedAdam()) == pytest.approx(peak, rel=WITHIN)


@pytest.mark.parametrize(
    ("method", "precision"),
    [
        ("isensee", "float32"),
        ("separable", "float32"),
        ("separable", "mixed_bfloat16"),
    ],
)
def test_volumes_of_the_published_size(method, precision):
    shape = (128, 128, 128, 4)
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(precision)
    try:
        model = blank(build_volumes, *method_and_protocol("dsunet", method), shape)
        found = predicted(model, FusedAdam())
    finally:
        keras.mixed_precision.set_dtype_policy(before)
    where = {"method": method, "precision": precision, "n4": "False"}
    peak = measured("dsunet_case", "peak_training_gb", **where)
    assert found == pytest.approx(peak, rel=WITHIN)


@pytest.mark.parametrize(("paper_id", "method_id"), DEMOS)
def test_the_smallest_trainings(paper_id, method_id):
    """Of which the process itself is nearly all."""
    request = Request(registry.paper(paper_id))
    method, _ = method_and_protocol(paper_id, method_id)
    found = predicted_without_data(request, method).peak
    peak = DEMOS[paper_id, method_id] * 1e9
    assert found == pytest.approx(peak, rel=0.15)
