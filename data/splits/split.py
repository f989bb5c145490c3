"""A split: which cases train, validate and test."""

from dataclasses import dataclass

from common.files import digest


@dataclass(frozen=True)
class Split:
    """The ids of the cases of one fold, each tuple in the order of the data set.

    Args:
        fold: number of the fold, from 0.
        train: the training set.
        validation: the validation set.
        test: the test set.
    """

    fold: int
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def digest(self):
        """Returns a hash of the three sets."""
        return digest([self.train, self.validation, self.test])
