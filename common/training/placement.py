"""Where the towers of a training run, by what the user and the machine have."""

import functools

import tensorflow as tf

from common.errors import UserError
from common.training.cluster import machines, on_several_machines
from common.training.towers import mirrored, sequential, several_machines


def place(count, batch_size, gpus=None):
    """Returns the towers of a training.

    Args:
        count: number of towers that a protocol has; None where it has no towers,
            and as many as there are devices may share a batch.
        batch_size: examples of all towers together.
        gpus: number of GPUs that the user asked for, or None.

    Returns:
        `common.training.towers.Towers`; None for one device and whole batches.

    Raises:
        UserError: there are fewer GPUs, or the batch or the protocol's towers do
            not fit their number.
    """
    if on_several_machines():
        towers = _several_machines()
        _check_fits("TF_CONFIG", towers.count, count, batch_size)
        return towers
    if gpus is not None:
        check_gpus(gpus, count)
    if gpus is None or gpus == 1:
        return sequential(count) if count else None
    _check_fits(f"GPUS={gpus}", gpus, count, batch_size)
    return mirrored([f"GPU:{i}" for i in range(gpus)])


def check_gpus(gpus, count=None, shared=True):
    """Makes sure that this machine has the GPUs that a user asked for.

    Args:
        gpus: their number.
        count: number of towers of the protocol, or None.
        shared: whether they are to share each batch; else each has whole trainings.

    Raises:
        UserError: there are fewer.
    """
    there = len(tf.config.list_physical_devices("GPU"))
    if there >= gpus:
        return
    if count:
        instead = f"{count} towers take turns on one device, with the same weights"
    elif shared and gpus > 1:
        instead = "one device takes whole batches: another run"
    else:
        instead = "one device, if need be a CPU, makes the same runs"
    raise UserError(
        f"GPUS={gpus}",
        f"{gpus} GPU{'s' if gpus > 1 else ''} on this machine",
        there,
        f"leave GPUS out: {instead}",
    )


def devices_together():
    """Returns the number of devices of all machines that train together.

    All have as many GPUs as this one, or else a CPU each: TensorFlow demands it.
    """
    return machines() * max(len(tf.config.list_physical_devices("GPU")), 1)


# Its servers start once a process.
_several_machines = functools.cache(several_machines)


def _check_fits(option, devices, count, batch_size):
    if count and devices != count:
        raise UserError(
            option,
            f"{count} devices: the protocol's towers, of {batch_size // count} each",
            devices,
            f"use {count} devices, or one on which the towers take turns, or another "
            "protocol: SET=training.towers=… is another method",
        )
    if batch_size % devices:
        raise UserError(
            option,
            f"a number of devices that divides the batch of {batch_size}",
            devices,
            "use another number, or SET=training.batch_size=…",
        )
