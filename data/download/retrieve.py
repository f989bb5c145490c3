"""One file from a server, by its checksum."""

from pathlib import Path

import pooch

from common.errors import UserError
from data.download.resume import ResumingDownloader


def retrieve(url, path, checksum, page, report, size=None):
    """Downloads a file if need be; returns its path once its checksum is right.

    A file of this name that is there and right is taken as it is: it may have been put
    there by hand.

    Args:
        url: address of the file.
        path: where to put it.
        checksum: such as `"md5:240a…"` or `"sha256:9f…"`.
        page: where a person finds the file, for the error message.
        report: function that shows a line of text.
        size: of the file in bytes; None if only the server knows.

    Raises:
        UserError: the download failed, or has another checksum.
    """
    path = Path(path)
    part = path.with_name(f"{path.name}.part")
    kind, _, value = checksum.partition(":")
    names = {"md5": "MD5 sum", "sha256": "SHA-256"}

    def is_right(file):
        return pooch.file_hash(str(file), alg=kind) == value.lower()

    if path.is_file() and is_right(path):
        return path
    # Not by `pooch.retrieve`: killed while it verifies, it leaves a copy of its own.
    if not ResumingDownloader(part, size, report).download(url, path, is_right):
        raise UserError(
            url,
            f"the {names[kind]} {value}",
            "another one",
            f"run the command again; if that does not help, put {path.name} from "
            f"{page} into {path.parent}",
        )
    return path
