"""One file of weights on somebody's server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WeightFile:
    """A file and what it must be.

    Args:
        name: its name.
        size: its size in bytes.
        sha256: the SHA-256 of its bytes.
    """

    name: str
    size: int
    sha256: str
