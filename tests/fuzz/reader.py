"""What is fuzzed: a reader of the suite, and valid inputs for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reader:
    """A reader and its valid inputs.

    Args:
        name: of the reader, for `--reader`.
        write: writes valid inputs, as small as they can be, into an empty folder.
        read: reads a path as users do; imports what is heavy itself.
        whole: whether `read` takes the folder; else it takes one of its files, each of
            which is an input of its own.
        sign: corrects, in a folder, the checksums that changed with a file; None where
            nothing has any. It is applied to half of the inputs.
    """

    name: str
    write: Callable[[Path], None]
    read: Callable[[Path], object]
    whole: bool = False
    sign: Callable[[Path], None] | None = None
