"""LinkNet's forward pass in NumPy: slow, obvious, written from the description.

It has the geometry of the original in Torch, which pads alike on both sides. Everything
is `(batch, height, width, channels)` in float64.
"""

import numpy as np


def taps(height, width, kernel, stride):
    """For each kernel element: where it lies in the padded image."""
    rows, columns = (height - 1) // stride + 1, (width - 1) // stride + 1
    for i in range(kernel):
        for j in range(kernel):
            place = (
                slice(None),
                slice(i, i + (rows - 1) * stride + 1, stride),
                slice(j, j + (columns - 1) * stride + 1, stride),
            )
            yield i, j, place


def conv(x, kernel, stride=1, bias=0.0):
    """Convolution padded by half its kernel; `kernel` is `(k, k, in, out)`."""
    height, width, k = *x.shape[1:3], len(kernel)
    padded = np.pad(x, [(0, 0), (k // 2, k // 2), (k // 2, k // 2), (0, 0)])
    return bias + sum(
        padded[place] @ kernel[i, j] for i, j, place in taps(height, width, k, stride)
    )


def transposed_conv(x, kernel, stride, bias):
    """Each pixel paints the kernel `(k, k, out, in)`, enlarging by `stride`.

    Torch's padding is 1 for a kernel of 3 and 0 for one of 2; its output adjustment
    makes the size `stride` times that of the input.
    """
    height, width, k = x.shape[1] * stride, x.shape[2] * stride, len(kernel)
    pad = (k - 1) // 2
    canvas = np.zeros((len(x), height + k, width + k, kernel.shape[2]))
    for i, j, place in taps(height, width, k, stride):
        canvas[place] += x @ kernel[i, j].T
    return bias + canvas[:, pad : pad + height, pad : pad + width]


def max_pool(x):
    """3x3 with stride 2."""
    pads = [(0, 0), (1, 1), (1, 1), (0, 0)]
    padded = np.pad(x, pads, constant_values=-np.inf)
    return np.max([padded[place] for *_, place in taps(*x.shape[1:3], 3, 2)], axis=0)


def block_mean(x, factor):
    batch, height, width, channels = x.shape
    blocks = (batch, height // factor, factor, width // factor, factor, channels)
    return x.reshape(blocks).mean(axis=(2, 4))


def relu(x):
    return np.maximum(x, 0)


def mirrored(array):
    """Returns a kernel turned around, any other array as it is, in float64."""
    return np.float64(array[::-1, ::-1] if array.ndim == 4 else array)


class Oracle:
    """LinkNet in Torch's geometry, with the weights of a model in Keras's.

    One is the mirror image of the other: this one sees the image and the kernels turned
    around, and turns its map back.

    Args:
        weights: arrays by path, such as `stem_conv/kernel`.
        scales: the scales fed, joined at the map of equal size.
    """

    def __init__(self, weights, scales=(1,)):
        self.weights = {name: mirrored(array) for name, array in weights.items()}
        self.scales = scales

    def __call__(self, image):
        """Returns the map before the sigmoid."""
        image = np.float64(image)[:, ::-1, ::-1]
        stem = relu(self.conv_bn(image, "stem", 2, 1e-5))
        pool = max_pool(stem)
        x = max_pool(self.join(stem, image, 2))
        e1 = self.res_block(self.join(x, image, 4), "enc1", 1)
        e2 = self.res_block(e1, "enc2", 2)
        e3 = self.res_block(self.join(e2, image, 8), "enc3", 2)
        e4 = self.res_block(e3, "enc4", 2)
        x = relu(self.decode(e4, "dec4", 2) + e3)
        x = relu(self.decode(x, "dec3", 2) + e2)
        x = relu(self.decode(x, "dec2", 2) + e1)
        x = relu(self.decode(x, "dec1", 1) + pool)
        x = relu(self.up_bn(x, "head1", 2, 1e-5))
        x = relu(self.conv_bn(x, "head2", 1, 1e-3))
        x = transposed_conv(x, self["head3/kernel"], 2, self["head3/bias"])
        return x[:, ::-1, ::-1]

    def __getitem__(self, name):
        return self.weights[name]

    def join(self, x, image, scale):
        if scale not in self.scales:
            return x
        return np.concatenate([x, block_mean(image, scale)], axis=-1)

    def norm(self, x, name, epsilon):
        gamma, beta, mean, variance = (
            self[f"{name}_bn/{part}"]
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta

    def conv_bn(self, x, name, stride, epsilon):
        bias = self.weights.get(f"{name}_conv/bias", 0.0)
        x = conv(x, self[f"{name}_conv/kernel"], stride, bias)
        return self.norm(x, name, epsilon)

    def up_bn(self, x, name, stride, epsilon):
        kernel, bias = self[f"{name}_conv/kernel"], self[f"{name}_conv/bias"]
        return self.norm(transposed_conv(x, kernel, stride, bias), name, epsilon)

    def basic_block(self, x, name, stride):
        shortcut = x
        if f"{name}_shortcut_conv/kernel" in self.weights:
            shortcut = self.conv_bn(x, f"{name}_shortcut", stride, 1e-5)
        y = relu(self.conv_bn(x, f"{name}_1", stride, 1e-5))
        return relu(self.conv_bn(y, f"{name}_2", 1, 1e-5) + shortcut)

    def res_block(self, x, name, stride):
        return self.basic_block(
            self.basic_block(x, f"{name}_a", stride), f"{name}_b", 1
        )

    def decode(self, x, name, stride):
        x = relu(self.conv_bn(x, f"{name}_reduce", 1, 1e-3))
        x = relu(self.up_bn(x, f"{name}_up", stride, 1e-3))
        return relu(self.conv_bn(x, f"{name}_expand", 1, 1e-3))
