"""What `GPUS=N` means: towers that share each batch, or whole jobs side by side."""


def towers_on(gpus, protocol, own=True):
    """Returns the number of towers, each on its own GPU; None: not on several.

    A protocol's own towers are a part of its method, which another number of GPUs
    does not change. Where it has none, as many towers as GPUs share a batch that
    they divide. Batch normalization and losses over a batch then see a tower's part
    of it: such a run is one of its own.

    Args:
        gpus: number of GPUs that the user asked for, or None.
        protocol: a protocol dataclass.
        own: whether a protocol's own towers count, too.
    """
    stated = getattr(protocol.training, "towers", None)
    if gpus is None or gpus < 2:
        return None
    if stated:
        return gpus if own and gpus == stated else None
    return None if protocol.training.batch_size % gpus else gpus
