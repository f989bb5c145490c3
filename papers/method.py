"""One row of a paper's tables, as the runner sees it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Method:
    """What is trained, or put together of what was trained.

    Args:
        id: short name for options and files.
        title: the paper's name of it.
        previous: method whose output is a further input of this one's network.
        starts_from: method whose trained weights this one's training begins with.
        parts: methods that this one is put together of; it trains nothing.
        by_default: whether it is run where `METHODS` names none.
        given: whether its weights come from elsewhere; it is scored on all cases.
        scored: whether its output is that of the task, one row a case.
        budget_in_loss: whether its loss depends on the number of epochs of the whole
            training, so that a longer run is another one from its first step.
        version: to be raised by whatever changes the method's numbers, so that
            earlier runs are not taken for its own.
    """

    id: str
    title: str
    previous: str | None = None
    starts_from: str | None = None
    parts: tuple[str, ...] = ()
    by_default: bool = True
    given: bool = False
    scored: bool = True
    budget_in_loss: bool = False
    version: int = 1

    @property
    def key(self):
        """Name of the method as its runs' hashes know it."""
        return self.id if self.version == 1 else f"{self.id} {self.version}"

    @property
    def needs(self):
        """The methods that have to be trained before."""
        needs = (self.previous, self.starts_from, *self.parts)
        return tuple(name for name in needs if name)
