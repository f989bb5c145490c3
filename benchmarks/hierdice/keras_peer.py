"""The suite's side of `benchmarks.hierdice.bench`: what ships, cell by cell."""

from benchmarks.shared.peers import serve_tasks
from papers.engine.quiet import import_tensorflow

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def prepare(network, part, side, batch, precision):
    """Returns a function without arguments, its operations and its parameters."""
    import keras
    import numpy as np
    import tensorflow as tf

    from benchmarks.shared.flops import forward_macs, training_macs
    from benchmarks.shared.trained import like_trained
    from common.inference.frozen import FrozenPredictor
    from common.training.one_device import OneDevice
    from data.order import generator
    from papers.hierdice.experiment import Experiment
    from papers.hierdice.protocol import METHODS, Protocol
    from papers.hierdice.segmentation import CLASSES, build_network

    method = next(
        method
        for method in METHODS
        if (method.builder, method.loss) == (network, "bootstrapping")
    )
    run = Experiment(method, Protocol(), None, None, seed=0)
    keras.mixed_precision.set_dtype_policy(POLICIES[precision])
    try:
        model = build_network(method, run.protocol, (side, side))
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    random = generator(0)
    images = random.standard_normal((batch, side, side, 4), np.float32)
    told = {"parameters": model.count_params()}
    if part == "infer":
        predict = FrozenPredictor(like_trained(model), batch)
        return lambda: predict(images), told | {"flop": 2 * forward_macs(model) * batch}
    optimizer = run.optimizer()
    optimizer.build(model.trainable_variables)
    step = OneDevice().make_step(model, run.loss(), optimizer)
    x = tf.convert_to_tensor(images)
    labels = random.integers(CLASSES, size=(batch, side, side, 1))
    y = tf.convert_to_tensor(labels.astype(np.float32))
    told["flop"] = 2 * training_macs(model) * batch
    return lambda: float(step(x, y)), told


def main():
    import_tensorflow()
    import keras
    import tensorflow as tf

    from common.training.repeatable import make_repeatable

    tf.get_logger().setLevel("ERROR")  # it takes many functions for retracing
    keras.utils.set_random_seed(0)
    make_repeatable()  # as the runner does
    serve_tasks(prepare)


if __name__ == "__main__":
    main()
