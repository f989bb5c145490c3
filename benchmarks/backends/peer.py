"""One backend, cell by cell: `KERAS_BACKEND=jax python -m benchmarks.backends.peer`.

It answers `benchmarks.backends.bench`. Every backend has the same weights and inputs,
so that the first losses and predictions must agree.
"""

import importlib.metadata
import os
import time

import numpy as np

from benchmarks.shared.peers import serve_tasks
from benchmarks.shared.trained import like_trained

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def prepare(network, part, side, batch, precision):
    """Returns a function without arguments, and what it computed at first.

    Returns:
        A function, and a dict with `parameters`, the seconds of the first call as
        `first_s` and the losses of two steps or the mean of a prediction as `values`.
    """
    import keras

    from benchmarks.backends import steps
    from benchmarks.backends.networks import NETWORKS

    subject = NETWORKS[network]
    keras.mixed_precision.set_dtype_policy(POLICIES[precision])
    try:
        model, loss, optimizer = subject.make(side)
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    random = np.random.default_rng(0)
    fill(model, random)
    shape = (batch, *subject.shape(side))
    x = random.standard_normal(shape, np.float32)
    if part == "train":
        y = subject.truth(random, shape[:-1])
        call = steps.training(model, loss, optimizer, x, y)
    else:
        call = steps.inference(like_trained(model), x)
    started = time.perf_counter()
    values = [float(np.mean(call()))]
    first_s = time.perf_counter() - started
    values.append(float(np.mean(call())))
    told = {"parameters": model.count_params(), "first_s": first_s, "values": values}
    return call, told


def fill(model, random):
    """Sets the kernels of a network to the same values on every backend.

    Args:
        model: the network; vectors, such as biases, keep what they begin with.
        random: a NumPy generator.
    """
    for weight in model.weights:
        shape = tuple(weight.shape)
        if len(shape) > 1:
            spread = np.sqrt(2 / np.prod(shape[:-1]))
            weight.assign(spread * random.standard_normal(shape, np.float32))


def main():
    backend = os.environ["KERAS_BACKEND"]
    if backend == "tensorflow":
        from papers.engine.quiet import import_tensorflow

        import_tensorflow()
        from common.training.repeatable import make_repeatable

        make_repeatable()  # as the runner does
    from benchmarks.backends.steps import device

    version = importlib.metadata.version(backend)
    serve_tasks(prepare, version=version, device=device())


if __name__ == "__main__":
    main()
