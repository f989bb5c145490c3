"""One Keras peer.

Run `python -m benchmarks.anisocascade.keras_peer VARIANT NETWORK SHAPE WIDTH`.

The variants are `shipped`, `plain` (Keras's own layers) and `peak` (a matrix product).
"""

import sys

from benchmarks.shared.peers import serve
from papers.engine.quiet import import_tensorflow


def main(variant, network, shape, width):
    import_tensorflow()
    import tensorflow as tf

    from benchmarks.anisocascade.variants import convolution_macs, with_plain_layers
    from benchmarks.shared.machine import matrix_product
    from papers.anisocascade.released_weights import NETWORKS

    if variant == "peak":
        product, flop = matrix_product("float32")
        serve(lambda: product().numpy(), flop=flop)
        return
    shape = tuple(map(int, shape.split("x")))
    model = NETWORKS[network]((*shape[1:], 4), int(width))
    flop = 2 * convolution_macs(model) * shape[0]
    if variant == "plain":
        model = with_plain_layers(model)
    x = tf.random.Generator.from_seed(0).normal((*shape, 4))
    predict = tf.function(
        lambda x: model(x, training=False),
        input_signature=[tf.TensorSpec(x.shape, x.dtype)],
        autograph=False,
    )
    serve(lambda: predict(x).numpy(), flop=flop, parameters=model.count_params())


if __name__ == "__main__":
    main(*sys.argv[1:])
