"""Which cases train, validate and test."""

from dataclasses import dataclass

from common.files import digest


@dataclass(frozen=True)
class Split:
    """The cases of one fold, by id, each in sorted order of the data set."""

    fold: int
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def digest(self):
        """Returns a hash of the three lists."""
        return digest([self.train, self.validation, self.test])
