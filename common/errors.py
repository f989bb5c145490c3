"""The one error that is shown to a user without a traceback."""


class UserError(Exception):
    """Bad input or a full disk, explained so that the reader knows what to do next.

    Args:
        file: the file, folder, option or key at fault.
        expected: what was expected of it.
        received: what was found instead.
        next_step: the command to run next, or what else to do.
    """

    def __init__(self, file, expected, received, next_step):
        self.file = str(file)
        self.expected = expected
        self.received = str(received)
        self.next_step = next_step
        super().__init__(
            f"{self.file}: expected {expected}. Received: {self.received}. "
            f"Next: {next_step}"
        )
