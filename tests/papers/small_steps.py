"""Small networks of every method, with what training and prediction compile of them."""

import dataclasses
from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf

from common.evidence import replace
from common.inference.frozen import FrozenPredictor
from common.inference.predict import Predictor
from common.training.moving_average import MovingAverage
from common.training.placement import place
from common.training.precision import scaled, use_precision
from common.training.repeatable import make_repeatable
from data.splits.split import Split
from papers import registry
from papers.anisocascade.segmenter import compile_network
from papers.cunet import segmentation

# What makes the networks of a paper small, and the cases' shape.
SMALL = {
    "linkdsl": ({"training.batch_size": 2}, ()),
    "cunet": ({"training.batch_size": 2, "network.cu_net_filters": 4}, (24, 48, 48)),
    "dsunet": ({"network.base_filters": 2}, ()),
    "hierdice": ({"network.base_filters": 4, "training.tower_size": 1}, (24, 64, 64)),
    # The published L2 is a sum over all kernels.
    "anisocascade": (
        {"training.batch_size": 1, "training.weight_decay": 1e-7},
        (24, 48, 48),
    ),
}
SIDES = {"anisocascade": (19, 32, 32)}  # of inputs that the network leaves open


def different(paper):
    """Yields the methods that train, one of those that differ in names only."""
    seen = set()
    for method in paper.methods:
        values = dataclasses.asdict(method)
        for name in ("id", "title", "view", "version", "by_default", "starts_from"):
            values.pop(name, None)
        key = repr(values)
        if not method.parts and not method.released and key not in seen:
            seen.add(key)
            yield method


CASES = [(paper, method) for paper in registry.papers() for method in different(paper)]
# One per paper in every run of the tests; the others take some seconds each, too.
EVERY_TIME = ("multi", "cun_lws", "isensee", "resunet-hierarchical", "wnet-axial")


def truth_of(paper, model, x, rng):
    """Returns a truth that fits the method's loss."""
    if paper.id == "cunet":
        batch, height, width, _ = x.shape
        planes = (batch, height, width)
        return {
            "labels": rng.integers(0, 4, (*planes, 1)).astype("float32"),
            "boundary": rng.integers(0, 2, (*planes, 1)).astype("float32"),
            "weights": rng.random((*planes, 2), np.float32),
            "omega": np.full(batch, 0.5, np.float32),
        }
    # Without running the network, which takes seconds operation by operation.
    *sides, channels = model.compute_output_shape(x.shape)
    if paper.id in ("linkdsl", "dsunet"):
        return (rng.random((*sides, channels)) > 0.5).astype("float32")
    return rng.integers(0, channels, (*sides, 1)).astype("float32")


class Small:
    """A method's network and its update, built as the runner builds them.

    Args:
        paper: a `papers.engine.paper.Paper`.
        method: one of its methods that train.
        precision: name of a Keras dtype policy.

    Attributes:
        placement: where the towers of a step run.
        average: the `MovingAverage` of the weights, or None.
        step: the update, of a batch `(x, y)`.
        x: inputs.
        y: a truth that fits the loss.
    """

    def __init__(self, paper, method, precision="float32"):
        overrides, shape = SMALL[paper.id]
        changes = overrides | {"training.precision": precision}
        self.protocol = replace(paper.protocol_of("demo"), changes)
        self.paper = paper
        cache = SimpleNamespace(info=lambda case_id: SimpleNamespace(shape=shape))
        split = Split(0, ("a",), ("b",), ("c",))
        experiment = paper.experiment(
            method, self.protocol, cache, split, 0, maps=method.previous and object()
        )
        training = self.protocol.training
        self.placement = place(self.protocol.towers, training.batch_size)
        keras.backend.clear_session()
        use_precision(precision)
        keras.utils.set_random_seed(0)
        make_repeatable()
        with self.placement.scope():
            self.model = experiment.build()
            weights = self.model.trainable_variables
            optimizer = scaled(experiment.optimizer(), precision)
            optimizer.build(weights)
            decay = experiment.average_decay
            self.average = None if decay is None else MovingAverage(weights, decay)
        self.step = self.placement.make_step(
            self.model, experiment.loss(), optimizer, average=self.average
        )
        rng = np.random.default_rng(0)
        *sides, channels = self.model.input_shape[1:]
        sides = SIDES.get(paper.id, sides)
        self.x = rng.random((training.batch_size, *sides, channels), np.float32)
        self.y = truth_of(paper, self.model, self.x, rng)

    def train(self):
        """Makes one update."""
        return self.step(*keras.tree.map_structure(tf.constant, (self.x, self.y)))

    def predict(self):
        """Predicts as validation, scoring and the segmentation of scans do."""
        size = self.protocol.training.batch_size
        if self.paper.id == "cunet":
            validates = segmentation.predictor(self.model, self.protocol)
            scores = segmentation.frozen_predictor(self.model, self.protocol)
        else:
            validates = Predictor(self.model, size)
            scores = FrozenPredictor(self.model, size)
        if self.paper.id == "anisocascade":
            scores = compile_network(self.model)
        return validates(self.x), scores(self.x)
