"""What an integrity check finds: one row per finding, with severity and fix."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError
from data.folder_notes import OWN_FILE, foreign_tool, read_own_name

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


def check_command(name, root):
    """Returns the command that lists what is wrong with a data set, in words.

    Args:
        name: of the data set, such as `"brats17"`.
        root: its folder.
    """
    folder = shlex.quote(str(root))
    return f"`make check-data DATASET={name} DATA={folder}` lists everything wrong"


def note_findings(root):
    """Returns what `dataset.json` says, and what is wrong with it.

    Args:
        root: the data set's folder.

    Returns:
        `(name, findings)`: the name that the user gave to the data, or None; a list of
        `Finding`, with an error where the data set would be refused.
    """
    path = str(Path(root) / OWN_FILE)
    try:
        name, tool = read_own_name(root), foreign_tool(root)
    except UserError as error:
        found = f"expected {error.expected}; received {error.received}"
        return None, [Finding("error", "own-name", path, found, error.next_step)]
    if tool is None:
        return name, []
    found = f"it is that of {tool} and does not name this data"
    fix = 'none; to name the data, replace it with {"name": "my-hospital"}'
    return None, [Finding("note", "foreign-file", path, found, fix)]


def exit_code(findings):
    """Returns the exit code of a check: 1 if any finding is an error, else 0.

    Args:
        findings: iterable of `Finding`.
    """
    return int(any(finding.severity == "error" for finding in findings))
