"""The catalog's entries: a network and a loss."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Network:
    """A network at two widths.

    Args:
        name: paper and network.
        small: builds it narrow, for the properties.
        full: builds it as published, for the golden inventory.
        output_shape: of the small one, without the batch axis.
        total: number of weights at full width, counted by hand; None if unknown.
        trainable: number of trainable weights, which papers quote.
        normalized_biases: prefixes of the names of layers whose bias precedes a batch
            normalization and therefore has no gradient.
        exempt: for each property that is not tested, the reason.
    """

    name: str
    small: Callable
    full: Callable
    output_shape: tuple
    total: int | None = None
    trainable: int | None = None
    normalized_biases: tuple[str, ...] = ()
    exempt: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Loss:
    """A loss.

    Args:
        name: paper and loss.
        make: builds it.
        perfect: its value for a map equal to the truth, even an empty one.
        perfect_of_one_class: its value for an empty or full map, if different.
    """

    name: str
    make: Callable
    perfect: float
    perfect_of_one_class: float | None = None
