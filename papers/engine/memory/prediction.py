"""The peak memory of a training on a CPU, and the setting with which it would fit."""

import re
from dataclasses import dataclass

from data.prepared.estimates import size_text

# Fitted by hand to the peaks of training steps in `benchmarks/results/`, of `cunet` and
# `dsunet`, and of the smallest trainings: a process with its libraries and compiled
# steps; and how often the counted bytes are there at the peak, where gradients and the
# convolutions' own copies come on top.
BASE = 0.9e9
OF_WEIGHTS = 1.0
OF_EXAMPLES = 1.25


@dataclass(frozen=True)
class Prediction:
    """What one training is predicted to need.

    Args:
        footprint: its `papers.engine.memory.footprint.Footprint`.
        examples: number of examples that are computed at once.
        smaller: `(setting, share)` of settings with which a step takes a share of the
            activations' memory, mild ones first.
    """

    footprint: object
    examples: int
    smaller: tuple

    @property
    def peak(self):
        """The predicted peak of the process in bytes."""
        return self._peak(1.0)

    def _peak(self, share):
        examples = share * self.examples * self.footprint.example
        return BASE + OF_WEIGHTS * self.footprint.weights + OF_EXAMPLES * examples

    def fitting(self, available):
        """Returns the mildest `(setting, peak)` that fits, or None.

        Args:
            available: bytes that the process may have.
        """
        peaks = ((setting, self._peak(share)) for setting, share in self.smaller)
        return next((one for one in peaks if one[1] <= available), None)

    def warning(self, available):
        """Returns a line if the training would not fit, else None.

        Args:
            available: bytes that the process may have; None if that is unknown.
        """
        if available is None or self.peak <= available:
            return None
        fit = self.fitting(available)
        if fit:
            advice = f"SET={_quoted(fit[0])} would fit, about {size_text(fit[1])}"
        elif self.smaller:
            advice = f"nor would SET={_quoted(self.smaller[-1][0])} fit"
        else:
            advice = "a machine with more memory would fit"
        return (
            f"may not fit: about {size_text(self.peak)} of memory predicted, "
            f"{size_text(available)} available; {advice}"
        )


def _quoted(setting):
    """Returns a setting as a shell takes it; a tuple has parentheses."""
    return setting if re.fullmatch(r"[\w.,=+-]*", setting) else f'"{setting}"'
