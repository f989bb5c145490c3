"""Depthwise and separable convolution in Keras.

Run `python -m benchmarks.depthwise.keras_peer WAY LAYER THREADS`.

Ways: `shipped` (the suite's layer), `folded` (its portable path), `grouped` (Keras's
own `Conv3D` with as many groups as channels), `loop` (one convolution per channel), and
`pass` (no convolution: TensorFlow doubles the input). Layers: `depthwise`, and
`separable`, where a pointwise convolution follows: in the suite's `SeparableConv3D`,
otherwise as a layer of its own.
"""

import sys
from functools import partial

from benchmarks.depthwise.tensors import tensors, weights
from benchmarks.shared.peers import serve_sizes
from papers.engine.quiet import import_tensorflow


def layer_of(way, layer, channels, rate):
    """Returns a layer whose weights are kernels and biases in turn."""
    import keras
    from keras import layers

    from common.layers import DepthwiseConv3D, SeparableConv3D

    options = {"padding": "same", "dilation_rate": rate}
    if layer == "separable" and way in ("shipped", "folded"):
        whole = SeparableConv3D(channels, 3, use_depthwise_bias=True, **options)
        depthwise = whole.depthwise
    elif way == "grouped":
        whole = depthwise = layers.Conv3D(channels, 3, groups=channels, **options)
    else:
        whole = depthwise = DepthwiseConv3D(3, **options)
    if way == "folded":
        depthwise.convolve = depthwise.convolve_portably
    elif way == "loop":
        depthwise.convolve = partial(channel_by_channel, depthwise)
    if layer == "separable" and whole is depthwise:
        whole = keras.Sequential([depthwise, layers.Conv3D(channels, 1)])
    return whole


def channel_by_channel(layer, x):
    """The obvious way: slices the channels, convolves each, and joins the results."""
    import tensorflow as tf

    parts = [
        tf.nn.convolution(
            x[..., i : i + 1],
            layer.kernel[..., i : i + 1, :],
            padding="SAME",
            dilations=layer.dilation_rate,
        )
        for i in range(x.shape[-1])
    ]
    return tf.concat(parts, -1) + layer.bias


def prepare(way, kind, shape, part):
    """Returns a function that convolves once, traced and with its inputs in memory."""
    import tensorflow as tf

    channels, _, rate = shape
    x, *_, dy = tensors(shape)
    x, dy = tf.constant(x[None]), tf.constant(dy[None])
    if way == "pass":
        twice = tf.function(lambda x: [x + x], autograph=False)
        twice.get_concrete_function(x)
        return partial(twice, x)
    layer = layer_of(way, kind, channels, rate)
    layer.build(x.shape)
    for weight, array in zip(layer.weights, weights(kind, shape), strict=True):
        weight.assign(array.reshape(weight.shape))

    @tf.function(autograph=False)
    def forward(x):
        return [layer(x)]

    @tf.function(autograph=False)
    def training(x, dy):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return [y, *tape.gradient(y, [x, *layer.trainable_variables], dy)]

    function, inputs = (forward, [x]) if part == "forward" else (training, [x, dy])
    function.get_concrete_function(*inputs)
    return partial(function, *inputs)


def allocated(call):
    """Returns the MB that TensorFlow's allocator needs in a call at its peak."""
    import tensorflow as tf

    try:
        tf.config.experimental.reset_memory_stats("CPU:0")
        before = tf.config.experimental.get_memory_info("CPU:0")["current"]
        call()
        peak = tf.config.experimental.get_memory_info("CPU:0")["peak"]
    except ValueError:  # an allocator without statistics
        return None
    return (peak - before) / 1e6


def main(way, layer, threads):
    import_tensorflow()
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(int(threads))
    tf.config.threading.set_inter_op_parallelism_threads(int(threads))
    serve_sizes(partial(prepare, way, layer), tensors, memory=allocated)


if __name__ == "__main__":
    main(*sys.argv[1:])
