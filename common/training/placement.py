"""Where a training runs, by what the user asked for and the machine has."""

import functools

import tensorflow as tf

from common.errors import UserError
from common.training.cluster import machines, on_several_machines
from common.training.one_device import OneDevice
from common.training.towers import mirrored, sequential, several_machines


def place(count, batch_size, gpus=None):
    """Returns where a training runs: on towers, or on one device.

    Args:
        count: number of towers of the protocol; None if it has none, and as many
            towers as there are devices may share a batch.
        batch_size: number of examples of all towers together.
        gpus: number of GPUs that the user asked for, or None.

    Returns:
        `Towers`, or `OneDevice` if one device takes whole batches.

    Raises:
        UserError: there are fewer GPUs than were asked for, or the batch or the
            protocol's towers do not fit their number.
    """
    if on_several_machines():
        towers = _several_machines()
        _check_fits("TF_CONFIG", towers.count, count, batch_size)
        return towers
    if gpus is not None:
        check_gpus(gpus, count)
    if gpus is None or gpus == 1:
        return sequential(count) if count else OneDevice()
    _check_fits(f"GPUS={gpus}", gpus, count, batch_size)
    return mirrored([f"GPU:{i}" for i in range(gpus)])


def check_gpus(gpus, count=None, shared=True):
    """Checks that this machine has the GPUs that a user asked for.

    Args:
        gpus: their number.
        count: number of towers of the protocol, or None.
        shared: whether the GPUs share each batch; if not, each trains whole jobs.

    Raises:
        UserError: there are fewer GPUs.
    """
    there = len(tf.config.list_physical_devices("GPU"))
    if there >= gpus:
        return
    if count:
        instead = f"{count} towers take turns on one device, with the same weights"
    elif shared and gpus > 1:
        instead = "one device takes whole batches: another run"
    else:
        instead = "one device, even a CPU, makes the same runs"
    cuda = "" if there else "; where there is one, `make install GPU=1` installs CUDA"
    raise UserError(
        f"GPUS={gpus}",
        f"{gpus} GPU{'s' if gpus > 1 else ''} on this machine",
        there,
        f"leave GPUS out: {instead}{cuda}",
    )


def devices_together():
    """Returns the number of devices of all machines that train together.

    TensorFlow requires each machine to have as many GPUs as this one, or else to
    count as one CPU.
    """
    return machines() * max(len(tf.config.list_physical_devices("GPU")), 1)


# The servers of a cluster can be started only once per process.
_several_machines = functools.cache(several_machines)


def _check_fits(option, devices, count, batch_size):
    if count and devices != count:
        raise UserError(
            option,
            f"{count} devices, one for each tower of {batch_size // count} examples",
            devices,
            f"GPUS={count}, or leave GPUS out: the towers take turns on one device"
            if option.startswith("GPUS=")
            else f"use {count} devices in all, or unset {option}",
        )
    if batch_size % devices:
        raise UserError(
            option,
            f"a number of devices that divides the batch of {batch_size}",
            devices,
            f"{_fewer(option, devices, batch_size)}, or "
            f"SET=training.batch_size={-(-batch_size // devices) * devices}",
        )


def _fewer(option, devices, batch_size):
    """Returns the next smaller number of devices that divides the batch, in words."""
    fewer = max(n for n in range(1, devices) if batch_size % n == 0)
    return f"GPUS={fewer}" if option.startswith("GPUS=") else f"use {fewer} devices"
