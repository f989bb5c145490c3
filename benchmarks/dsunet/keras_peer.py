"""One Keras peer: `python -m benchmarks.dsunet.keras_peer VARIANT NETWORK SIDE`.

It runs training steps of the suite's networks. The variants are `shipped` and
`portable`, whose depthwise convolutions and normalizations run on every backend.
"""

import sys

from benchmarks.shared.peers import serve
from papers.engine.quiet import import_tensorflow


def main(variant, network, side):
    import_tensorflow()
    import keras
    import tensorflow as tf

    from benchmarks.shared.machine import threads
    from common.layers import fast_paths
    from common.optimizers.adam import FusedAdam
    from common.training.one_device import OneDevice
    from papers.dsunet import networks
    from papers.dsunet.losses import LabelDice

    if variant == "portable":
        fast_paths.depthwise_conv3d = fast_paths.instance_normalization = None
    keras.utils.set_random_seed(0)
    sides = (int(side),) * 3
    model = getattr(networks, network)((*sides, 4))
    optimizer = FusedAdam(5e-4)
    optimizer.build(model.trainable_variables)
    step = OneDevice().make_step(model, LabelDice(), optimizer)
    x = tf.random.stateless_normal((1, *sides, 4), (0, 1))
    chance = tf.random.stateless_uniform((1, *sides, 3), (0, 2))
    y = tf.cast(chance < 0.1, tf.float32)
    serve(lambda: float(step(x, y)), parameters=model.count_params(), threads=threads())


if __name__ == "__main__":
    main(*sys.argv[1:])
