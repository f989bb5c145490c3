"""The text below a figure."""

from dataclasses import dataclass

from common.reporting.cells import is_phantom
from common.reporting.figures.source import Source

_GAP = "\N{NO-BREAK SPACE}"  # no line ends within "n = 3"


@dataclass(frozen=True)
class Caption:
    """What a figure shows and what it was made from.

    Args:
        text: what the figure shows, and the origin and license of real images.
        data: name of the data set.
        profile: name of the profile.
        budget: length of training, such as `"12 epochs"`.
        n: number of cases that the figure is based on.
        source: the `Source` that its file notes, or None.
    """

    text: str
    data: str
    profile: str
    budget: str
    n: int
    source: Source | None = None

    def __str__(self):
        phantom = "PHANTOM (synthetic data). " if is_phantom(self.data) else ""
        return (
            f"{phantom}{self.text} Data: {self.data}; profile: {self.profile}; "
            f"budget: {self.budget}; n{_GAP}={_GAP}{self.n}."
        )
