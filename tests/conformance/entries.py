"""What the catalog says of a network and of a loss."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Network:
    """One network at two widths.

    Args:
        name: paper and network.
        small: builds it narrow, for the properties.
        full: builds it as published, for the golden inventory.
        output_shape: of the small one, without the batch axis.
        total: number of weights at full width, by hand; None if none is known.
        trainable: number of trainable weights, which papers quote.
        normalized_biases: starts of the names of the layers whose bias stands
            before a batch normalization: it has no gradient.
        exempt: the reason by property that is not tested.
        rounding: how many times more than in other networks an order of summation
            may change an output: of deep ones with random weights, whose features
            and logits grow large.
    """

    name: str
    small: Callable
    full: Callable
    output_shape: tuple
    total: int | None = None
    trainable: int | None = None
    normalized_biases: tuple[str, ...] = ()
    exempt: dict[str, str] = field(default_factory=dict)
    rounding: float = 1.0


@dataclass(frozen=True)
class Loss:
    """One loss.

    Args:
        name: paper and loss.
        make: builds it.
        perfect: its value for a map equal to the truth, an empty one too.
        perfect_of_one_class: that of an empty or full map, if another.
    """

    name: str
    make: Callable
    perfect: float
    perfect_of_one_class: float | None = None
