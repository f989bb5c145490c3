"""Arithmetic that gives the same bits on every machine.

Addition, multiplication, division, square root and rounding of floats are defined to
the last bit by IEEE 754, wherever they run, as long as their order is fixed.
Exponential and trigonometric functions, products of matrices and what a library
compiles into fused steps are not: they differ in the last bit between processors, and a
voxel at the border of two tissues then differs as a whole. So phantoms are computed
with the functions here, which are made of the defined operations alone. Their errors
are below 1e-9 for float64, and a few last digits for float32; what counts is that they
are the same everywhere.
"""

import math

import numpy as np

_LOG2 = 0.6931471805599453
_EXP = [1 / math.factorial(n) for n in range(11)]
_SIN = [(-1) ** n / math.factorial(2 * n + 1) for n in range(9)]


def exp(x):
    """Returns the exponential of floats up to about 80."""
    x = _floats(x)
    steps = np.rint(x * (1 / _LOG2))
    rest = x - steps * _LOG2
    total = np.full_like(x, _EXP[-1])
    for factor in reversed(_EXP[:-1]):
        total = total * rest + factor
    return np.ldexp(total, steps.astype(np.int32))


def cos(x):
    """Returns the cosine of floats in radians."""
    x = _floats(x)
    turns = np.rint(x * (1 / (2 * math.pi)))
    half = (x - turns * (2 * math.pi)) * 0.5
    square = half * half
    total = np.full_like(x, _SIN[-1])
    for factor in reversed(_SIN[:-1]):
        total = total * square + factor
    sine = total * half
    return 1 - 2 * sine * sine


def sin(x):
    """Returns the sine of floats in radians."""
    return cos(_floats(x) - math.pi / 2)


def tanh(x):
    """Returns the hyperbolic tangent of floats."""
    return 1 - 2 / (exp(2 * np.clip(_floats(x), -20, 20)) + 1)


def hypot(x, y):
    """Returns the length of the hypotenuse."""
    return np.sqrt(x * x + y * y)


def cbrt(x):
    """Returns the cubic root of a positive number, a Python float."""
    root = x = float(x)
    for _ in range(100):
        root = (2 * root + x / (root * root)) / 3
    return root


def uniform(generator, low=0.0, high=1.0, size=None):
    """Draws what `generator.uniform` draws, scaled by separate operations.

    Args:
        generator: NumPy generator.
        low: lower end, a number or an array that fits the size.
        high: upper end, likewise.
        size: shape; None for the shape of the ends.
    """
    low, high = np.asarray(low, float), np.asarray(high, float)
    size = np.broadcast_shapes(low.shape, high.shape) if size is None else size
    return low + (high - low) * generator.random(size)


def normal(generator, mean=0.0, deviation=1.0, size=None):
    """Draws from a distribution that is normal to the eye, and exact to the bit.

    Each draw is the sum of twelve uniform integers, so that none is further from the
    mean than six deviations.

    Args:
        generator: NumPy generator.
        mean: a number or an array that fits the size.
        deviation: the standard deviation, likewise.
        size: shape; None for the shape of the two.
    """
    mean, deviation = np.asarray(mean, float), np.asarray(deviation, float)
    if size is None:
        size = np.broadcast_shapes(mean.shape, deviation.shape)
    shape = (12, *np.atleast_1d(size)) if size != () else (12,)
    total = generator.integers(0, 2**32, shape).sum(0) - 6 * (2**32 - 1)
    return mean + deviation * (total / 2.0**32)


def noise(generator, shape):
    """Draws smoothed white noise of zero mean and unit variance.

    Each voxel is the sum of four uniform integers; then each axis is smoothed with the
    weights 9, 46 and 9, which are near a Gaussian of 0.55 voxels.

    Args:
        generator: NumPy generator.
        shape: `(depth, height, width)`.

    Returns:
        A float32 array.
    """
    bits = generator.integers(0, 2**64, shape, np.uint64)
    total = sum((bits >> np.uint64(16 * i) & np.uint64(2**16 - 1)) for i in range(4))
    total = (total.astype(np.int32) - 2 * (2**16 - 1)) >> 5
    for axis in range(len(shape)):
        wide = np.pad(total, [(int(a == axis),) * 2 for a in range(len(shape))], "edge")
        before, middle, after = (
            np.take(wide, range(i, i + shape[axis]), axis) for i in range(3)
        )
        total = 46 * middle + 9 * (before + after)
    # Variances of the draws and, along each axis, of the weights.
    variance = (2.0**32 - 1) / 3 / 2**10 * (46**2 + 2 * 9**2) ** len(shape)
    return (total / math.sqrt(variance)).astype(np.float32)


def blur(image, sigma):
    """Smooths an image with a Gaussian that is cut off at four deviations.

    Args:
        image: floats of any shape; beyond its edges it is mirrored.
        sigma: the standard deviation in pixels.

    Returns:
        An array of the same type.
    """
    radius = int(4 * sigma + 0.5)
    weights = exp(-0.5 * (np.arange(radius + 1) / sigma) ** 2).tolist()
    whole = weights[0] + 2 * sum(weights[1:])
    total = np.asarray(image, float)
    for axis, size in enumerate(total.shape):
        edges = [(radius * (a == axis),) * 2 for a in range(total.ndim)]
        wide = np.moveaxis(np.pad(total, edges, "symmetric"), axis, 0)
        total = wide[radius : radius + size] * (weights[0] / whole)
        for step in range(1, radius + 1):
            both = wide[radius - step :][:size] + wide[radius + step :][:size]
            total += both * (weights[step] / whole)
        total = np.moveaxis(total, 0, axis)
    return np.ascontiguousarray(total).astype(np.asarray(image).dtype)


def deviation(array):
    """Returns the standard deviation of small numbers, to five digits.

    They are summed as integers, whose sum does not depend on the order.
    """
    whole = np.rint(np.asarray(array, float) * 2**16).astype(np.int64)
    mean = int(whole.sum()) / whole.size
    square = int((whole * whole).sum()) / whole.size
    return math.sqrt(square - mean * mean) / 2**16


def lengths(vectors):
    """Returns the lengths of vectors along the last axis, which stays, of length 1."""
    total = sum(vectors[..., i] * vectors[..., i] for i in range(vectors.shape[-1]))
    return np.sqrt(total)[..., None]


def orthonormal(vectors):
    """Returns three orthonormal vectors, the rows, from three independent ones."""
    found = []
    for vector in vectors:
        for other in found:
            inner = sum(a * b for a, b in zip(vector, other, strict=True))
            vector = vector - inner * other
        found.append(vector / lengths(vector))
    return np.stack(found)


def product(left, right, digits=20):
    """Returns the product of two matrices whose elements are at most 1.

    The elements are rounded to `digits` binary digits. Then every partial sum is
    exact in float64, in whatever order a library adds them, for up to 1000 columns.

    Args:
        left: float64 `(…, n)`.
        right: float64 `(n, m)`.
        digits: binary digits after the point, at most 21.
    """
    scale = 2.0**digits
    left, right = (np.rint(matrix * scale) for matrix in (left, right))
    return (left @ right) / scale**2


def _floats(x):
    """Returns an array of floats; float32 stays float32."""
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(float)
