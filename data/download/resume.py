"""Downloads that resume where they stopped."""

import re
from pathlib import Path

import requests

from common.errors import UserError
from common.files import describe_os_error

_BLOCK = 1 << 16  # bytes; an interruption loses the current block
_TIMEOUT = 60  # seconds without a byte


class ResumingDownloader:
    """A downloader that resumes a partial file with HTTP Range.

    What has arrived is kept beside the target as `<name>.part`, and what the server
    calls this version of the file (its ETag) as `<name>.part.tag`: of another version
    the server sends all of it. So does a server that does not support ranges. A part
    gets its name only after it was verified, so one of another file does no harm.

    Args:
        part: file for what has arrived so far.
        size: size of the whole file in bytes; more are refused. None if only the
            server knows.
        report: function that shows a line of text.
    """

    def __init__(self, part, size, report):
        self.part = Path(part)
        self.size = size
        self.report = report
        self._tag = self.part.with_name(f"{self.part.name}.tag")

    def download(self, url, path, is_right):
        """Downloads a file, verified; returns whether it is right, else it is deleted.

        Args:
            url: address of the file.
            path: where to put it.
            is_right: function that tells whether a file has the right content.

        Raises:
            UserError: the server or the disk failed; what has arrived is kept.
        """
        try:
            self.part.parent.mkdir(parents=True, exist_ok=True)
            self._resume(url)
            right = is_right(self.part)
            if right:
                self.part.replace(path)
            else:
                self.part.unlink()
            self._tag.unlink(missing_ok=True)
            return right
        except requests.ConnectionError as error:
            raise UserError(
                url,
                "a connection to the server",
                f"{self._have()} bytes, then the server could not be reached",
                "run the command again with a connection: it resumes where it stopped; "
                f"or put {path.name}, fetched elsewhere, into {path.parent}",
            ) from error
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
        if self.size is not None and have > self.size:
            self.part.unlink()
            have = 0
        if have == self.size:
            return
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if self._tag.is_file():
                headers["If-Range"] = self._tag.read_text(encoding="utf-8")
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as reply:
            span = reply.headers.get("Content-Range", "")
            if reply.status_code == 416 and span == f"bytes */{have}":
                return  # nothing is missing
            first = re.match(r"bytes (\d+)-", span)
            resumes = reply.status_code == 206 and first and int(first[1]) == have
            if not resumes and reply.status_code != 200:
                raise self._error(url, f"HTTP status {reply.status_code}")
            if self.size is None:
                self.size = _whole_size(reply)
            self._note(reply.headers.get("ETag", ""))
            self._receive(url, reply, have if resumes else 0)
        if self.size is not None and self._have() != self.size:
            raise self._error(url, f"only {self._have()}")

    def _note(self, tag):
        """Keeps the name of the version; a weak one says nothing of single bytes."""
        if tag and not tag.startswith("W/"):
            self._tag.write_text(tag, encoding="utf-8")
        else:
            self._tag.unlink(missing_ok=True)

    def _receive(self, url, reply, have):
        """Appends the bytes of the reply to the first `have` bytes of the part."""
        with open(self.part, "ab") as file:
            file.truncate(have)
            for block in reply.iter_content(_BLOCK):
                if self.size is not None and have + len(block) > self.size:
                    raise self._error(url, "more")
                file.write(block)
                before, have = have, have + len(block)
                # A line for each tenth, and for each 100 MiB of a large file.
                step = min(max((self.size or 0) // 10, 1), 100 << 20)
                if self.size and have // step > before // step:
                    name = self.part.stem
                    self.report(f"{name}: {have >> 20} of {self.size >> 20} MiB")

    def _have(self):
        return self.part.stat().st_size if self.part.exists() else 0

    def _error(self, url, received):
        size = "all bytes" if self.size is None else f"{self.size} bytes"
        return UserError(
            url,
            f"{size} of {self.part.stem}",
            received,
            "run the command again: it resumes where it stopped",
        )


def _whole_size(reply):
    """Returns the size of the whole file as a reply tells it, or None."""
    whole = re.search(r"/(\d+)$", reply.headers.get("Content-Range", ""))
    if whole:
        return int(whole[1])
    length = reply.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None
