"""How far rounding may take a result: the rule behind the tests' tolerances.

A tolerance must hold for every kernel: other vector widths, threads and libraries
sum in another order, and each is as right as the next. So it is never read off
the output of one machine, but follows from the arithmetic:

- One operation errs by at most half of eps, relatively. The errors of `terms`
  operations of one sum or chain are of either sign and add up like a random walk:
  to `sqrt(terms) * eps / 2` of the sum of the magnitudes, in any order of summation
  (Higham and Mary, "A new approach to probabilistic rounding error analysis", 2019).
  `sum_room` is `SAFETY` times that.
- How much later operations enlarge such errors is a matter of conditioning. It is
  measured in float64: a sum with rounded terms is the exact sum of other weights,
  which differ by that much, relatively. `nudged` draws such weights; the spread of
  the exact results over a few draws is what rounding does, and `SAFETY` times the
  spread is the room.
- Where a result jumps (the slope of a PReLU at 0, hence a gradient), the rounding
  of a kernel may fall on either side. Room for that is the spread over draws that
  are `SAFETY` times as large.
- Operations on single values (z-scores, interpolation between a few neighbors, one
  logarithm) have the same digits on every machine: a number that is some ten times
  their rounding will do. So will one of a mean over random draws, or of digits that
  were printed: there, rounding is not what it is about.
- Results of float64 are known to some 1e-12 on every machine. What compares one
  with recorded numbers compares fixed numbers.
"""

import keras
import numpy as np

# Largest of a hundred thousand errors, in typical errors: an error beyond six of
# its deviations has a probability of 2e-9.
SAFETY = 6


def sum_room(terms, scale=1.0, dtype="float32"):
    """Room of a sum or chain of operations.

    Args:
        terms: number of operations, one after another.
        scale: magnitude of the values; of a sum with cancellation, the sum of
            the terms' magnitudes.
        dtype: that of the operations.

    Returns:
        The absolute room, of the kind of `scale`.
    """
    return SAFETY * np.sqrt(terms) * np.finfo(dtype).eps / 2 * scale


def assert_close(received, exact, terms, scale=None):
    """Asserts that float32 results are as near to others as rounding has them.

    Args:
        received: an array.
        exact: what it should be: exact, or by other kernels, which err as much.
        terms: number of operations of each value, one after another.
        scale: magnitude of the values; by default the largest of `exact`: of many sums
            of random terms, it is about the sum of the terms' magnitudes.
    """
    exact = np.asarray(exact)
    room = sum_room(terms, np.abs(exact).max() if scale is None else scale)
    np.testing.assert_allclose(received, exact, rtol=0, atol=room)


def in_float64(model):
    """The same network with the same weights in float64, its logits too."""

    def twin(layer):
        config = layer.get_config()
        if isinstance(layer, keras.layers.Layer):
            config["dtype"] = "float64"
        return type(layer).from_config(config)

    double = keras.models.clone_model(model, clone_function=twin)
    for weight, other in zip(model.weights, double.weights, strict=True):
        other.assign(np.float64(weight))
    return double


def nudged(weights, random, size=1.0):
    """Weights whose exact result is as good as a float32 one.

    Args:
        weights: arrays. One of several axes is a kernel: the product of all but its
            last one is the number of terms of each sum.
        random: NumPy's generator.
        size: factor of the nudges.

    Returns:
        The arrays, each value moved by a normal relative error.
    """
    unit = size * np.finfo("float32").eps / 2
    errors = [
        unit * np.sqrt(np.prod(w.shape[:-1])) * random.normal(size=w.shape)
        for w in weights
    ]
    return [w * (1 + e) for w, e in zip(weights, errors, strict=True)]


def exact_and_rooms(model, run, draws=3):
    """Exact results of a network, and how far those of float32 may lie from them.

    Args:
        model: the float32 network.
        run: function from a network, of float64 here, to a dict of arrays.
        draws: number of nudged networks of either size.

    Returns:
        The exact results; each one's room; and each one's room for kernels that
        fall on other sides of a jump, which is never smaller.
    """
    double = in_float64(model)
    exact, kept = run(double), [np.asarray(w) for w in double.weights]
    random = np.random.default_rng(0)

    def spread(size):
        largest = dict.fromkeys(exact, 0.0)
        for _ in range(draws):
            for weight, value in zip(
                double.weights, nudged(kept, random, size), strict=True
            ):
                weight.assign(value)
            for name, moved in run(double).items():
                distance = np.abs(moved - exact[name]).max()
                largest[name] = max(largest[name], distance)
        return largest

    room = {name: SAFETY * distance for name, distance in spread(1).items()}
    wide = {name: max(room[name], d) for name, d in spread(SAFETY).items()}
    return exact, room, wide
