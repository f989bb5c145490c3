"""What all tasks of a request need, beside the folders of their runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Belongings:
    """Files and folders by their path, from the folder of the command on.

    Args:
        data: folder of the data set, or None.
        splits_file: the user's own folds, or None.
        others: such as the prepared cases.
        commit: the state of the code, for the rows.
    """

    data: str | None = None
    splits_file: str | None = None
    others: tuple[str, ...] = ()
    commit: str = ""

    def sources(self):
        """Returns `(option, path)` of each; the option, if any, names it."""
        named = (("--data", self.data), ("--splits", self.splits_file))
        found = [(option, str(path)) for option, path in named if path]
        return found + [("", path) for path in self.others]
