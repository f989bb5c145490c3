"""What an integrity check finds: one row per finding, with severity and fix."""

from dataclasses import dataclass

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or worth knowing about a data set.

    Args:
        severity: `"error"` (the case cannot be used), `"warning"` (it can, but
            look at it) or `"note"`.
        code: short name of the rule, such as `"missing-field"`.
        file: the file or folder that it is about.
        found: what was expected and what was found.
        fix: what the user can do about it.

    Raises:
        ValueError: there is no such severity.
    """

    severity: str
    code: str
    file: str
    found: str
    fix: str

    def __post_init__(self):
        if self.severity not in SEVERITIES:
            raise ValueError(
                f"Argument `severity` must be one of {SEVERITIES}. "
                f"Received: severity={self.severity}"
            )


def exit_code(findings):
    """Returns the exit code of a check: 1 if any finding is an error, else 0.

    Args:
        findings: iterable of `Finding`.
    """
    return int(any(finding.severity == "error" for finding in findings))
