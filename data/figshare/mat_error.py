"""The error about a `.mat` file, with the name of the rule that it breaks."""

from common.errors import UserError


class MatError(UserError):
    """A `UserError` about one `.mat` file of the figshare layout.

    Args:
        code: short name of the broken rule, such as `"missing-field"`; the
            integrity check reports it.
        path: the file.
        expected: what was expected of it.
        received: what was found instead.
    """

    def __init__(self, code, path, expected, received):
        self.code = code
        next_step = f"make check-data DATASET=figshare DATA={path.parent}"
        super().__init__(path, expected, received, next_step)
