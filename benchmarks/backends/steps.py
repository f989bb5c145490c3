"""One training step and one prediction, on the backend that Keras runs on.

TensorFlow's are what the suite ships. The others are each backend's plain way with a
Keras network: a compiled function of the weights in JAX, one layer after the other in
PyTorch. Every call waits for its result.
"""

from functools import partial

import keras
import numpy as np


def training(model, loss, optimizer, x, y):
    """Returns a function that updates the weights once and returns the loss before.

    Args:
        model: a network; its regularization losses are added.
        loss: its loss, of truth and prediction.
        optimizer: an optimizer that is not built yet.
        x: array of inputs.
        y: array of truth, or a dict of them.
    """
    optimizer.build(model.trainable_variables)
    x, y = keras.tree.map_structure(keras.ops.convert_to_tensor, (x, y))
    return _TRAINING[keras.config.backend()](model, loss, optimizer, x, y)


def inference(model, x):
    """Returns a function that predicts, from an array to an array.

    Args:
        model: a network with one output.
        x: array of inputs.
    """
    return _INFERENCE[keras.config.backend()](model, x)


def device():
    """Returns the name of the device that computes, `"CPU"` for a CPU."""
    name = _DEVICE[keras.config.backend()]()
    return "CPU" if name.lower() == "cpu" else name


def _tensorflow_training(model, loss, optimizer, x, y):
    from common.training.one_device import OneDevice

    step = OneDevice().make_step(model, loss, optimizer)
    return lambda: float(step(x, y))


def _tensorflow_inference(model, x):
    from common.inference.frozen import FrozenPredictor

    predict = FrozenPredictor(model, len(x))
    return lambda: predict(x)


def _tensorflow_device():
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    if not found:
        return "CPU"
    return tf.config.experimental.get_device_details(found[0])["device_name"]


def _jax_training(model, loss, optimizer, x, y):
    import jax

    def objective(trained, kept, x, y):
        outputs, kept, more = model.stateless_call(
            trained, kept, x, training=True, return_losses=True
        )
        return loss(y, outputs) + sum(more), kept

    differentiated = jax.value_and_grad(objective, has_aux=True)

    @partial(jax.jit, donate_argnums=0)
    def update(state, x, y):
        trained, kept, slots = state
        (value, kept), gradients = differentiated(trained, kept, x, y)
        trained, slots = optimizer.stateless_apply(slots, gradients, trained)
        return value, (trained, kept, slots)

    state = tuple(
        [variable.value for variable in variables]
        for variables in (
            model.trainable_variables,
            model.non_trainable_variables,
            optimizer.variables,
        )
    )

    def call():
        nonlocal state
        value, state = update(state, x, y)
        return float(value)

    return call


def _jax_inference(model, x):
    import jax

    state = [
        [variable.value for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    ]
    predict = jax.jit(lambda state, x: model.stateless_call(*state, x)[0])
    return lambda: np.asarray(predict(state, x))


def _jax_device():
    import jax

    return jax.devices()[0].device_kind


def _torch_training(model, loss, optimizer, x, y):
    import torch

    weights = model.trainable_variables

    def call():
        model.zero_grad()
        value = loss(y, model(x, training=True)) + sum(model.losses)
        value.backward()
        gradients = [weight.value.grad for weight in weights]
        with torch.no_grad():
            optimizer.apply(gradients, weights)
        return value.item()

    return call


def _torch_inference(model, x):
    import torch

    def call():
        with torch.no_grad():
            return keras.ops.convert_to_numpy(model(x, training=False))

    return call


def _torch_device():
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"


_TRAINING = {
    "tensorflow": _tensorflow_training,
    "jax": _jax_training,
    "torch": _torch_training,
}
_INFERENCE = {
    "tensorflow": _tensorflow_inference,
    "jax": _jax_inference,
    "torch": _torch_inference,
}
_DEVICE = {"tensorflow": _tensorflow_device, "jax": _jax_device, "torch": _torch_device}
