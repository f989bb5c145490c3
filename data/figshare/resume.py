"""Downloads that resume where they stopped."""

import re
from pathlib import Path

import requests

from common.errors import UserError
from common.files import describe_os_error

_BLOCK = 1 << 16  # bytes; an interruption loses the current block
_TIMEOUT = 60  # seconds without a byte


class ResumingDownloader:
    """A downloader for `pooch` that resumes a partial file with HTTP Range.

    What has arrived is kept beside the target as `<name>.part`. A server that does not
    support ranges sends the whole file again. The caller verifies the checksum, so a
    part of another file does no harm.

    Args:
        part: file for what has arrived so far.
        size: size of the whole file in bytes; more are refused.
        report: function that shows a line of text.
    """

    def __init__(self, part, size, report):
        self.part = Path(part)
        self.size = size
        self.report = report

    def __call__(self, url, output_file, pooch):
        """Downloads a file; called by `pooch`.

        Args:
            url: address of the file.
            output_file: where to put it.
            pooch: not used.

        Raises:
            UserError: the server or the disk failed; what has arrived is kept.
        """
        del pooch  # required by the interface
        try:
            self._resume(url)
            self.part.replace(output_file)
        except requests.RequestException as error:
            raise self._error(url, f"{self._have()}, then {error}") from error
        except OSError as error:
            raise UserError(
                self.part,
                "a writable file",
                describe_os_error(error),
                "free some space or make the folder writable, then try again",
            ) from error

    def _resume(self, url):
        have = self._have()
        if have > self.size:
            self.part.unlink()
            have = 0
        if have == self.size:
            return
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as reply:
            first = re.match(r"bytes (\d+)-", reply.headers.get("Content-Range", ""))
            resumes = reply.status_code == 206 and first and int(first[1]) == have
            if not resumes and reply.status_code != 200:
                raise self._error(url, f"HTTP status {reply.status_code}")
            self._receive(url, reply, have if resumes else 0)
        if self._have() != self.size:
            raise self._error(url, f"only {self._have()}")

    def _receive(self, url, reply, have):
        """Appends the bytes of the reply to the first `have` bytes of the part."""
        with open(self.part, "ab") as file:
            file.truncate(have)
            for block in reply.iter_content(_BLOCK):
                if have + len(block) > self.size:
                    raise self._error(url, "more")
                file.write(block)
                before, have = have, have + len(block)
                if 10 * have // self.size > 10 * before // self.size:
                    name = self.part.stem
                    self.report(f"{name}: {have >> 20} of {self.size >> 20} MiB")

    def _have(self):
        return self.part.stat().st_size if self.part.exists() else 0

    def _error(self, url, received):
        return UserError(
            url,
            f"{self.size} bytes of {self.part.stem}",
            received,
            "run the command again: it resumes where it stopped",
        )
