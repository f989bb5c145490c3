"""What an audit of printed numbers finds."""

from dataclasses import dataclass

SEVERITIES = ("impossible", "suspicious", "note")


@dataclass(frozen=True)
class Discrepancy:
    """Printed numbers that disagree with each other or with the text.

    Args:
        table: number of the table, such as `"1"`, or `"text"` for a sentence.
        row: key of the row, or of the claim.
        columns: the columns involved, the judged one first.
        rule: short name of the rule, such as `"dice-iou"`.
        severity: `"impossible"` (no values of single cases have these means),
            `"suspicious"` (possible, but most likely an error or not what the
            text says) or `"note"`.
        printed: the judged number as printed.
        low: smallest value that the rule allows.
        high: largest value that the rule allows.
        explanation: what disagrees and under which assumption, in words.
    """

    table: str
    row: str
    columns: tuple[str, ...]
    rule: str
    severity: str
    printed: str
    low: float
    high: float
    explanation: str

    def __post_init__(self):
        if self.severity not in SEVERITIES:
            raise ValueError(
                f"Argument `severity` must be one of {SEVERITIES}. "
                f"Received: severity={self.severity}"
            )
