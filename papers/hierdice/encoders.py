"""VGG16 and ResNet50 without their heads, at any width and number of channels."""

from keras import layers

from common.layers.batch_normalization import FusedBatchNormalization

# Number of convolutions of each group and its width in units of `base_filters`.
VGG16 = ((2, 1), (2, 2), (3, 4), (3, 8), (3, 8))

# Number of bottleneck units of each stage, width of their 3x3 convolution, and first
# stride.
RESNET50 = ((3, 1, 1), (4, 2, 2), (6, 4, 2), (3, 8, 2))
BATCH_NORM_EPSILON = 1.001e-5


def vgg16(x, base_filters):
    """Builds VGG16's 13 convolutions with a pooling after each group.

    Returns:
        The outputs of the last three poolings, of strides 8, 16 and 32. A pooling
        rounds an odd size up.

    Reference:
        Simonyan & Zisserman 2015, configuration D; the paper omits its "upper three
        fully connected layers".
    """
    pooled = []
    for group, (count, width) in enumerate(VGG16, 1):
        for i in range(1, count + 1):
            x = layers.Conv2D(
                width * base_filters,
                3,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
                name=f"block{group}_conv{i}",
            )(x)
        x = layers.MaxPooling2D(2, padding="same", name=f"block{group}_pool")(x)
        pooled.append(x)
    return pooled[2:]


def resnet50(x, base_filters, momentum=0.99):
    """Builds ResNet50 as `keras.applications` does, with the same names and biases.

    Args:
        x: `(batch, height, width, channels)`.
        base_filters: width of the first convolution; 64 in ResNet50.
        momentum: of the normalizations' moving statistics.

    Returns:
        The outputs of the last three stages, of strides 8, 16 and 32. chosen: they
        take the place of the "last 3 max-pooling layers", which ResNet lacks.

    Reference:
        Figure 6; He et al. 2016.
    """
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = _conv_bn(x, base_filters, 7, momentum, strides=2, name="conv1")
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    stages = []
    for stage, (count, width, strides) in enumerate(RESNET50, 2):
        for i in range(1, count + 1):
            x = bottleneck(
                x,
                width * base_filters,
                strides if i == 1 else 1,
                project=i == 1,
                momentum=momentum,
                name=f"conv{stage}_block{i}",
            )
        stages.append(x)
    return stages[1:]


def bottleneck(x, filters, strides, project, momentum, *, name):
    """Sums three normalized convolutions, 1x1, 3x3 and 1x1, and a shortcut."""
    shortcut = x
    if project:
        shortcut = _conv_bn(
            x, 4 * filters, 1, momentum, strides=strides, name=f"{name}_0"
        )
    y = _conv_bn(x, filters, 1, momentum, strides=strides, name=f"{name}_1")
    y = layers.ReLU(name=f"{name}_1_relu")(y)
    y = _conv_bn(y, filters, 3, momentum, padding="same", name=f"{name}_2")
    y = layers.ReLU(name=f"{name}_2_relu")(y)
    y = _conv_bn(y, 4 * filters, 1, momentum, name=f"{name}_3")
    y = layers.Add(name=f"{name}_add")([shortcut, y])
    return layers.ReLU(name=f"{name}_out")(y)


def _conv_bn(x, filters, kernel_size, momentum, *, name, **options):
    # Keras's ResNets have biases, although the normalization subtracts them again.
    x = layers.Conv2D(
        filters,
        kernel_size,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
        **options,
    )(x)
    return FusedBatchNormalization(
        momentum=momentum, epsilon=BATCH_NORM_EPSILON, name=f"{name}_bn"
    )(x)
