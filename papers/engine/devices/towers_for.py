"""What `GPUS=N` means: towers that share each batch, or whole jobs side by side.

Several machines, named by `TF_CONFIG`, share each batch among all their devices.
"""

from common.errors import UserError
from common.training.cluster import on_several_machines


def towers_on(gpus, protocol, own=True):
    """Returns the number of towers with a GPU each, or None if none share a batch.

    A protocol's own towers are part of its method, which the number of GPUs does not
    change. A protocol without towers gets one per GPU if their number divides the
    batch. Batch normalization and losses over a batch then see one tower's part only,
    which makes it a different run.

    Args:
        gpus: number of GPUs that the user asked for, or None.
        protocol: a protocol dataclass.
        own: whether a protocol's own towers count, too.
    """
    stated = protocol.towers
    if gpus is None or gpus < 2:
        return None
    if stated:
        return gpus if own and gpus == stated else None
    return None if protocol.training.batch_size % gpus else gpus


def shared_by(gpus, protocol):
    """Returns the number of towers that share a batch by the user's wish, or None.

    Sharing a batch is part of the identity of a run; the number of machines is not:
    two machines with one GPU each make the same run as `GPUS=2`.

    Args:
        gpus: number of GPUs that the user asked for, or None.
        protocol: a protocol dataclass.

    Raises:
        UserError: `TF_CONFIG` names several machines, and GPUs are requested too.
    """
    if not on_several_machines():
        return towers_on(gpus, protocol, own=False)
    if gpus is not None:
        raise UserError(
            f"GPUS={gpus}",
            "no number of GPUs, as TF_CONFIG names several machines",
            gpus,
            "leave GPUS out: each machine uses all GPUs that it sees "
            "(CUDA_VISIBLE_DEVICES chooses among them)",
        )
    if protocol.towers:
        return None
    from common.training.placement import devices_together  # with TensorFlow

    return devices_together()


def check_devices(gpus, protocol):
    """Makes sure, before anything is prepared, that the requested GPUs exist.

    Args:
        gpus: number of GPUs that the user asked for, or None.
        protocol: a protocol dataclass.

    Raises:
        UserError: there are fewer; or normalizations are to be synchronized between
            towers that do not run at the same time.
    """
    from common.training.placement import check_gpus  # with TensorFlow

    towers = protocol.towers
    together = towers_on(gpus, protocol)
    synchronized = protocol.synchronized and (towers or 1) > 1
    if synchronized and not together and not on_several_machines():
        raise UserError(
            "SET=network.synchronized=true",
            f"a device for each of the {towers} towers, which share their statistics",
            "towers that take turns on one",
            f"GPUS={towers}, or as many machines, or leave it out",
        )
    if gpus is not None:
        check_gpus(gpus, towers, shared=together is not None)
