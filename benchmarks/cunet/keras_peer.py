"""One Keras peer.

Run `python -m benchmarks.cunet.keras_peer VARIANT PART NETWORK BATCH SIDE`.

The variants are `shipped`, `plain` (Keras's own batch normalization), `peak` (a matrix
product), `sampling` (the sample matrices of one batch, as the background thread
computes them), `live` (steps whose truth the background thread computes meanwhile) and
`live unsampled` (the same without sampling). The parts are `train` and `infer`.
"""

import sys
from itertools import repeat

from benchmarks.shared.peers import serve
from papers.engine.quiet import import_tensorflow

LIVE_STEPS = 3  # steps per repetition, which reads from a new stream


def main(variant, part, network, batch, side):
    import_tensorflow()
    import keras
    import tensorflow as tf

    from benchmarks.shared.flops import forward_macs, training_macs
    from benchmarks.shared.machine import matrix_product
    from benchmarks.shared.trained import like_trained
    from common.inference.frozen import FrozenPredictor
    from common.layers import fast_paths
    from common.training.one_device import OneDevice
    from papers.cunet.networks import without_heads
    from papers.cunet.protocol import METHODS, Protocol

    batch, side = int(batch), int(side)
    if variant == "peak":
        product, flop = matrix_product("float32")
        serve(lambda: product().numpy(), flop=flop)
        return
    if variant == "plain":
        fast_paths.batch_normalization = None
    methods = {method.id: method for method in METHODS}
    method = methods["cun" if variant == "live unsampled" else network]
    run = experiment_of(side)(method, Protocol(), None, None, seed=0)
    names, images, classes, brain = example(batch, side)
    if variant == "sampling":
        serve(lambda: run.truth(names, classes, brain))
        return
    keras.utils.set_random_seed(0)
    model = run.build()
    if part == "infer":
        short = without_heads(like_trained(model))
        predict = FrozenPredictor(short, batch)
        flop, parameters = 2 * forward_macs(short) * batch, short.count_params()
        serve(lambda: predict(images), flop=flop, parameters=parameters)
        return
    optimizer = run.optimizer()
    optimizer.build(model.trainable_variables)
    step = OneDevice().make_step(model, run.loss(), optimizer)
    if variant.startswith("live"):
        stream = live_stream(run, names, images, classes, brain)
        serve(lambda: [float(step(*one)) for one in stream()], steps=LIVE_STEPS)
        return
    arrays = zip(run.truth.names, run.truth(names, classes, brain), strict=True)
    truth = {name: tf.convert_to_tensor(array) for name, array in arrays}
    x = tf.convert_to_tensor(images)
    flop = 2 * training_macs(model) * batch
    serve(lambda: float(step(x, truth)), flop=flop, parameters=model.count_params())


def live_stream(run, names, images, classes, brain):
    """Returns a function that repeats one batch and computes its truth each time."""
    from data.batches.pipeline import batch_stream

    keys = run.truth.names
    shapes = [images.shape, *run.truth.shapes(images.shape[:3])]

    def read(names):
        return images, *run.truth(names, classes, brain)

    def stream():
        for x, *truth in batch_stream(repeat(names, LIVE_STEPS), read, shapes):
            yield x, dict(zip(keys, truth, strict=True))

    return stream


def experiment_of(side):
    """Returns the paper's class `Experiment` for slices with sides of `side` pixels."""
    from papers.cunet.experiment import Experiment

    class Sized(Experiment):
        size = (side, side)

    return Sized


def example(batch, side):
    """Returns slices of noise in a round head that has a round tumor of three parts.

    Brain and tumor take as much of a slice as in a typical head: 13,000 and 1,200 of
    57,600 pixels.
    """
    import numpy as np

    from data.batches.slice_name import SliceName

    y, x = (np.indices((side, side)) - (side - 1) / 2) / side
    radius = np.hypot(y, x)
    brain = np.broadcast_to(radius < 0.27, (batch, side, side))
    classes = sum((radius < edge).astype(np.uint8) for edge in (0.08, 0.05, 0.025))
    classes = np.broadcast_to(classes, brain.shape)
    noise = np.random.default_rng(0).normal(size=(*brain.shape, 4))
    images = (noise * brain[..., None]).astype(np.float32)
    names = [SliceName("example", row, 0, row) for row in range(batch)]
    return names, images, classes, brain


if __name__ == "__main__":
    main(*sys.argv[1:])
