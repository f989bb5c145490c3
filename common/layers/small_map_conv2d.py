"""A 2-D convolution that is one matrix product on small maps."""

import keras
from keras import layers

from common.layers import fast_paths


# Keras derives the paths inside a `.weights.h5` file from class names: renaming this
# class would make the weights of trained networks unreadable.
@keras.saving.register_keras_serializable("braintumor")
class SmallMapConv2D(layers.Conv2D):
    """`keras.layers.Conv2D`, faster where the kernel is larger than the features.

    In the deepest stages of an encoder, a convolution spends most of its time on
    reordering its kernel in memory. There, TensorFlow computes it and the gradient
    of its kernel as one matrix product each; everywhere else, and on other backends,
    it is Keras's own. Weights and arguments are those of the base class.

    Input shape:
        `(batch, height, width, channels)`; only known shapes can be small ones.

    Output shape:
        `(batch, new_height, new_width, filters)`.

    Example:

    >>> x = keras.random.normal((8, 4, 4, 512))
    >>> y = SmallMapConv2D(512, 3, padding="same")(x)
    >>> tuple(y.shape)
    (8, 4, 4, 512)
    """

    def convolution_op(self, inputs, kernel):
        """Returns the convolution of the inputs, without bias and activation."""
        fast = fast_paths.small_map_conv2d
        if fast and fast.accepts(inputs, kernel, self):
            return fast.convolve(inputs, kernel, self.strides)
        return super().convolution_op(inputs, kernel)
