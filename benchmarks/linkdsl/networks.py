"""Training steps and predictions, built from the suite's own parts."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from benchmarks.linkdsl.prepared import Prepared
from benchmarks.shared.flops import forward_macs, training_macs
from benchmarks.shared.trained import like_trained
from common.evidence import replace
from common.inference.frozen import FrozenPredictor
from common.inference.predict import Predictor
from common.layers.batch_normalization import FusedBatchNormalization
from common.training.one_device import OneDevice
from data.order import generator
from data.splits.split import Split
from papers.linkdsl.experiment import Experiment
from papers.linkdsl.protocol import METHODS, Protocol

_steps = {}


def training(task):
    """One update of the weights, its batch in memory."""
    step, model = training_step(task, experiment(task))
    x, y = (tf.convert_to_tensor(array) for array in batch(task.size))

    def call():
        float(step(x, y))

    flop = 2 * training_macs(model) * task.size.batch
    return Prepared(call, flop, model.count_params())


def inference(task):
    """One batch's prediction, from array to array."""
    model = like_trained(build_model(task, experiment(task)))
    x, _ = batch(task.size)
    predict = predictor(model, task)

    def call():
        predict(x)

    flop = 2 * forward_macs(model) * task.size.batch
    return Prepared(call, flop, model.count_params())


def experiment(task, cache=None, case_ids=None):
    """Returns the paper's own experiment at the task's size."""
    size = task.size
    protocol = replace(
        Protocol(),
        {
            "preparation.image_size": size.image,
            "network.base_filters": size.base_filters,
            "training.batch_size": size.batch,
            "training.precision": task.variant.precision,
        },
    )
    method = next(method for method in METHODS if method.id == task.network)
    split = Split(0, tuple(case_ids or range(size.batch)), (), ())
    return Experiment(method, protocol, cache, split, seed=0)


def training_step(task, experiment):
    """Returns the function from `(x, y)` to the loss, and the model it updates.

    A worker's tasks that differ in nothing but their data share one.
    """
    key = task.variant, task.network, task.size
    if key not in _steps:
        _steps[key] = _training_step(task, experiment)
    return _steps[key]


def _training_step(task, experiment):
    model, optimizer = build_model(task, experiment), experiment.optimizer()
    optimizer.build(model.trainable_variables)
    step = OneDevice().make_step(model, experiment.loss(), optimizer, task.variant.xla)
    return step, model


def build_model(task, experiment):
    """Returns the network of the task's variant."""
    keras.mixed_precision.set_dtype_policy(task.variant.precision)
    try:
        model = experiment.build()
        return with_plain_normalization(model) if task.variant.plain else model
    finally:
        keras.mixed_precision.set_dtype_policy("float32")


def predictor(model, task):
    """Returns the function from one batch of images to their maps, as arrays."""
    if not task.variant.xla:
        kind = FrozenPredictor if task.variant.frozen else Predictor
        return kind(model, task.size.batch)
    shape = (task.size.batch, *model.input_shape[1:])
    call = tf.function(
        lambda x: model(x, training=False),
        input_signature=[tf.TensorSpec(shape, tf.float32)],
        jit_compile=True,
    )
    return lambda x: call(tf.convert_to_tensor(x)).numpy()


def batch(size):
    """Returns one batch of random images and masks, float32."""
    shape = (size.batch, size.image, size.image, 1)
    random = generator(0)
    image = random.random(shape, np.float32)
    return image, (random.random(shape) > 0.9).astype(np.float32)


def with_plain_normalization(model):
    """Returns the network with Keras's own normalization and new initial weights."""

    def clone(layer):
        if isinstance(layer, FusedBatchNormalization):
            return layers.BatchNormalization.from_config(layer.get_config())
        return layer.__class__.from_config(layer.get_config())

    return keras.models.clone_model(model, clone_function=clone)
