"""Parts of a large file on a server, fetched by ranges of its bytes."""

import re

import requests

from common.errors import UserError

_TIMEOUT = 60  # seconds without a byte


class RangedFile:
    """A file on a server, of which only what is asked for is fetched.

    All answers are of one version of the file: its size and what the server calls it
    (ETag, or else the time of its last change) are compared in each.

    Args:
        url: address of the file.
        kept: folder of what has been fetched, to be deleted for another version.
        instead: what to do where the server sends no ranges, or a damaged file.

    Attributes:
        url: address of the file.
        instead: as above.
        version: `[size, ETag or time]`; None before the first answer, unless it is set
            to what is expected.
    """

    def __init__(self, url, kept, instead):
        self.url, self.instead, self.version = url, instead, None
        self._kept, self._session = kept, requests.Session()

    @property
    def size(self):
        """Size of the whole file in bytes; asks the server if it is not known yet."""
        if self.version is None:
            self.read(0, 1)
        return self.version[0]

    def read(self, start, length):
        """Returns some bytes.

        Args:
            start: the first byte.
            length: number of bytes, at least 1; fewer are returned at the end of the
                file.

        Raises:
            UserError: the server does not send ranges, failed, or has another version
                of the file.
        """
        return b"".join(self.blocks(start, length, length))

    def blocks(self, start, length, size):
        """Yields some bytes in blocks as they arrive.

        Args:
            start: the first byte.
            length: number of bytes.
            size: of a block.

        Raises:
            UserError: as for `read`.
        """
        headers = {
            "Range": f"bytes={start}-{start + length - 1}",
            "Accept-Encoding": "identity",
        }
        try:
            with self._session.get(
                self.url, headers=headers, stream=True, timeout=_TIMEOUT
            ) as reply:
                have = 0
                expected = self._expected(reply, start, length)
                for block in reply.iter_content(size):
                    have += len(block)
                    yield block
        except requests.ConnectionError as error:
            raise UserError(
                self.url,
                "a connection to the server",
                "it could not be reached",
                "run the command again with a connection: it resumes where it stopped; "
                f"or put {self.url.rpartition('/')[2]}, fetched elsewhere, into "
                f"{self._kept.parent}: {self.instead}",
            ) from error
        except requests.RequestException as error:
            raise self._failed(error) from error
        if have != expected:
            raise self._failed(f"{have} of {expected} bytes")

    def _expected(self, reply, start, length):
        """Returns how many bytes an answer should have; refuses any other answer."""
        if reply.status_code == 200:
            raise UserError(
                self.url,
                "a server that sends parts of a file",
                "one that sends only the whole of it",
                self.instead,
            )
        span = reply.headers.get("Content-Range", "")
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", span)
        if reply.status_code != 206 or not found:
            raise self._failed(f"HTTP status {reply.status_code}")
        first, last, whole = map(int, found.groups())
        if first != start or last != min(start + length, whole) - 1:
            raise self._failed(f"{span} instead of {start}-{start + length - 1}")
        tag = reply.headers.get("ETag") or reply.headers.get("Last-Modified", "")
        if self.version is None:
            self.version = [whole, tag]
        if list(self.version) != [whole, tag]:
            raise UserError(
                self.url,
                f"the version that was begun with, {self.version}",
                f"another one: {[whole, tag]}",
                f"delete {self._kept}, then run the command again",
            )
        return last - first + 1

    def _failed(self, received):
        return UserError(
            self.url,
            "all bytes that were asked for",
            received,
            "run the command again: it resumes where it stopped",
        )
