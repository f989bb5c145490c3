"""The error about a `.mat` file, with the name of the rule that it breaks."""

from pathlib import Path

from common.errors import UserError
from data.integrity import check_command


class MatError(UserError):
    """A `UserError` about one `.mat` file of the figshare layout.

    Args:
        code: short name of the broken rule, such as `"missing-field"`; the
            integrity check reports it.
        path: the file.
        expected: what was expected of it.
        received: what was found instead.
        next_step: what to do; None for the command that lists everything wrong.
    """

    def __init__(self, code, path, expected, received, next_step=None):
        self.code = code
        next_step = next_step or check_command("figshare", path.parent)
        super().__init__(path, expected, received, next_step)

    @classmethod
    def unreadable(cls, error):
        """Returns the error of a file that the operating system did not let us read.

        Args:
            error: the `UserError` that says so.
        """
        parts = (error.expected, error.received, error.next_step)
        return cls("unreadable", Path(error.file), *parts)
