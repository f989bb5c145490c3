"""A verb, and what the folder it is run in must hold."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """A command line that is killed and run again.

    Args:
        id: its name, the verb first.
        words: what is typed after `python -m papers`.
        place: name of a function of `tests.faults.places`, which fills the folder.
        patch: changes what the process has imported, such as an address; or None.
        code: the exit code of a run that nobody disturbs.
    """

    id: str
    words: tuple[str, ...]
    place: str = "empty"
    patch: Callable | None = None
    code: int = 0

    @property
    def verb(self):
        """The verb, as `--help` lists it."""
        return self.id.split(":")[0]
