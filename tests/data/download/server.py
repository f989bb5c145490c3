"""A small local server of single files, which can fail on demand."""

import contextlib
import hashlib
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Serves bytes by path and their ranges, and records the requests.

    Attributes:
        content: the bytes of each path.
        requests: `(path, Range)` of each request.
        knows_ranges: whether ranges are sent; else the whole file.
        break_after: bytes after which the next reply breaks off, once.
        status: of every reply, or None.
        has_tags: whether versions have names (ETag).
        hold_after: bytes after which replies wait for `go_on`; `is_holding` says so.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.requests = {}, []
        self.knows_ranges = self.has_tags = True
        self.break_after = self.status = self.hold_after = None
        self.is_holding, self.go_on = threading.Event(), threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def tag(self, path):
        return f'"{hashlib.sha256(self.content[path]).hexdigest()[:12]}"'


class Handler(BaseHTTPRequestHandler):
    """Answers as a bucket of S3 does; connections are kept, as there."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, wanted = self.server, self.headers.get("Range")
        server.requests.append((self.path, wanted))
        content = server.content.get(self.path)
        if server.status or content is None:
            self.send_error(server.status or 404)
            return
        tag = server.tag(self.path)
        if self.headers.get("If-Range", tag) != tag:
            wanted = None
        whole, start = len(content), 0
        if wanted and server.knows_ranges:
            first, last = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted).groups()
            start, stop = int(first), min(int(last or whole - 1), whole - 1) + 1
            if start >= whole:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{whole}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            span = f"bytes {start}-{stop - 1}/{whole}"
            self.send_header("Content-Range", span)
            content = content[start:stop]
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        if server.has_tags:
            self.send_header("ETag", tag)
        self.end_headers()
        if server.hold_after and len(content) > server.hold_after:
            self._hold(content, server.hold_after)
            return
        last, server.break_after = server.break_after, None
        self.wfile.write(content if last is None else content[:last])
        if last is not None:
            self.close_connection = True

    def _hold(self, content, count):
        self.wfile.write(content[:count])
        self.wfile.flush()
        self.server.is_holding.set()
        self.server.go_on.wait(60)
        with contextlib.suppress(OSError):  # nobody listens any more
            self.wfile.write(content[count:])
        self.close_connection = True

    def log_message(self, *_):
        """Nothing is shown."""


@contextmanager
def serving():
    """Yields a running `Server`."""
    server = Server()
    # A short poll lets the thread end soon.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
