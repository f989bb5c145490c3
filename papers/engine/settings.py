"""Settings of Keras and TensorFlow that come from outside of this program.

A user's `keras.json` and environment variables may change what networks compute. What
can be set is set here to what all results were made with; what cannot be set is refused
if nothing works with it, and otherwise recorded with each run (`outside_settings`).
"""

import json
import os
from pathlib import Path

from common.errors import UserError
from common.files import describe_os_error

# Whatever begins like this may choose other kernels, types or numbers of threads.
_PREFIXES = ("TF_", "TF2_", "XLA_", "ONEDNN_", "DNNL_", "MKL_", "OMP_", "KERAS_")
_PREFIXES += ("NVIDIA_TF32", "CUDNN_", "CUBLAS_", "CUDA_VISIBLE_DEVICES")
# Except for these: they only decide what is logged, and which machines train; the last
# are Terraform's.
_WITHOUT_EFFECT = ("TF_CPP_", "TF_CONFIG", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_CLI_")
# What the suite and TensorFlow set themselves, on every machine.
_OURS = {("KERAS_BACKEND", "tensorflow"), ("TF2_BEHAVIOR", "1")}
# These end a training or a prediction early, as if it were whole.
_CUTS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")
_OPTIONS = {
    "floatx": ("float16", "float32", "float64"),
    "image_data_format": ("channels_last", "channels_first"),
}


def check_settings():
    """Checks the settings before Keras is imported, and chooses its backend.

    Raises:
        UserError: a variable or the file `keras.json` has a value with which nothing
            works.
    """
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend != "tensorflow":
        raise UserError(
            "KERAS_BACKEND",
            "tensorflow, which trainings and predictions are made for",
            backend,
            "unset KERAS_BACKEND",
        )
    os.environ["KERAS_BACKEND"] = backend  # it prevails over keras.json
    for name in _CUTS:
        if name in os.environ:
            raise UserError(
                name,
                "no such variable, for it cuts trainings and predictions short",
                os.environ[name],
                f"unset {name}; EPOCHS= sets the budget",
            )
    _check_file(_keras_json())


def apply_settings():
    """Sets what all results were made with; Keras is imported by then."""
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy("float32")


def outside_settings():
    """Returns the environment variables that may change numbers, by name."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(_PREFIXES)
        and not name.startswith(_WITHOUT_EFFECT)
        and (name, value) not in _OURS
    }


def say_settings(say):
    """Says which environment variables may change the numbers of a prediction.

    Of a training, its `environment.json` holds them.

    Args:
        say: function that shows a line of text.
    """
    found = ", ".join(f"{name}={value}" for name, value in outside_settings().items())
    if found:
        say(f"of the environment, which may change single voxels: {found}")


def _keras_json():
    """Returns the path of Keras's file of settings, as Keras finds it."""
    home = os.environ.get("KERAS_HOME")
    if home is None:
        user = os.path.expanduser("~")
        home = os.path.join(user if os.access(user, os.W_OK) else "/tmp", ".keras")
    return Path(os.path.expanduser(os.path.join(home, "keras.json")))


def _check_file(path):
    """Refuses a `keras.json` with which Keras cannot be imported."""
    if not path.exists():
        return
    try:
        values = json.loads(path.read_text())
    except OSError as error:
        raise _bad_file(path, "a readable file", describe_os_error(error)) from error
    except ValueError:
        return  # Keras ignores it
    if not isinstance(values, dict):
        raise _bad_file(path, "an object of JSON", values)
    for name, options in _OPTIONS.items():
        if name in values and values[name] not in options:
            expected = f"{name} to be one of {', '.join(options)}"
            raise _bad_file(path, expected, values[name])
    epsilon = values.get("epsilon", 1e-7)
    if not isinstance(epsilon, float):
        raise _bad_file(path, "epsilon to be a number such as 1e-07", epsilon)


def _bad_file(path, expected, received):
    return UserError(path, expected, received, "correct or delete this file of Keras's")
