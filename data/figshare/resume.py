"""Downloads that go on where they stopped."""

import re
from pathlib import Path

import requests

from common.errors import UserError
from common.files import describe_os_error

_BLOCK = 1 << 16  # bytes; an interruption loses the block on its way
_TIMEOUT = 60  # s without a byte


class ResumingDownloader:
    """A downloader for `pooch` that continues a partial file with HTTP Range.

    What has arrived is kept beside the target as `<name>.part`. A server that
    knows no ranges sends the whole file again. The caller compares checksums,
    so a part of something else can do no harm.

    Args:
        part: file that keeps what has arrived.
        size: bytes of the whole file; more are refused.
        report: function that is given a line of text now and then.
    """

    def __init__(self, part, size, report):
        self.part = Path(part)
        self.size = size
        self.report = report

    def __call__(self, url, output_file, pooch):
        """Downloads `url` to `output_file`, as `pooch` asks for it.

        Raises:
            UserError: the server or the disk failed; what arrived is kept.
        """
        del pooch  # part of the interface
        try:
            self._continue(url)
            self.part.replace(output_file)
        except requests.RequestException as error:
            raise self._error(url, f"{self._have()}, then {error}") from error
        except OSError as error:
            raise UserError(
                self.part,
                "to be able to write it",
                describe_os_error(error),
                "free space or make the folder writable, then run again",
            ) from error

    def _continue(self, url):
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
            goes_on = reply.status_code == 206 and first and int(first[1]) == have
            if not goes_on and reply.status_code != 200:
                raise self._error(url, f"HTTP status {reply.status_code}")
            self._receive(url, reply, have if goes_on else 0)
        if self._have() != self.size:
            raise self._error(url, f"only {self._have()}")

    def _receive(self, url, reply, have):
        """Appends the reply's bytes to the `have` bytes that are to be kept."""
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
            "run the command again: it goes on where it stopped",
        )
