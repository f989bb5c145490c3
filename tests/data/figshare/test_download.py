"""The download, against a small local server."""

import hashlib
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from common.errors import UserError
from common.files import read_json, sha256
from data.figshare import download
from data.figshare.dataset import FigshareDataset
from data.figshare.download import FILES, RemoteFile, download_figshare


class Server(ThreadingHTTPServer):
    """Serves bytes by path, records the requests, and can fail on demand."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.requests = {}, []
        self.knows_ranges = True
        self.break_after = None  # bytes after which a reply breaks off, once
        self.status = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.requests.append((self.path, wanted))
        content = server.content.get(self.path)
        if server.status or content is None:
            self.send_error(server.status or 404)
            return
        first = 0
        if wanted and server.knows_ranges:
            first = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            self.send_response(206)
            span = f"bytes {first}-{len(content) - 1}/{len(content)}"
            self.send_header("Content-Range", span)
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        last, server.break_after = server.break_after, None
        self.wfile.write(content[first:] if last is None else content[first:last])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = Server()
    # A short poll lets the thread end soon.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def article(server, phantom_root, tmp_path):
    """A miniature of the article on the server: two archives and `cvind.mat`."""
    files = []
    for number, indices in ((1, range(1, 4)), (2, range(4, 8))):
        archive = tmp_path / "archive.zip"
        with zipfile.ZipFile(archive, "w") as target:
            target.writestr("README.txt", "read me")
            for index in indices:
                target.write(phantom_root / f"{index}.mat", f"part/{index}.mat")
        files.append(offer(server, f"part{number}.zip", number, archive.read_bytes()))
    cvind = (phantom_root / "cvind.mat").read_bytes()
    return [*files, offer(server, "cvind.mat", 3, cvind, plain=True)]


def offer(server, name, number, content, plain=False):
    """Puts bytes on the server; returns the `RemoteFile` that describes them."""
    server.content[f"/{number}"] = content
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    slices = None if plain else {1: 3, 2: 4}.get(number, 1)
    return RemoteFile(name, number, len(content), md5, slices)


def get(server, folder, files, lines=None):
    report = (lambda line: None) if lines is None else lines.append
    download_figshare(folder, report, server.url, files)


def zipped(tmp_path, *members):
    """Returns the bytes of an archive of `(name or ZipInfo, content)` pairs."""
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members:
            target.writestr(name, content)
    return path.read_bytes()


def test_the_article_is_complete():
    assert sum(file.slices or 0 for file in FILES) == 3064
    assert [file.name for file in FILES if file.slices is None] == ["cvind.mat"]
    assert all(re.fullmatch("[0-9a-f]{32}", file.md5) for file in FILES)


def test_first_run(server, article, phantom_root, tmp_path):
    folder, lines = tmp_path / "set", []
    get(server, folder, article, lines)
    assert sorted(path.name for path in folder.glob("*.mat")) == sorted(
        [f"{i}.mat" for i in range(1, 8)] + ["cvind.mat"]
    )
    for path in folder.glob("*.mat"):
        assert path.read_bytes() == (phantom_root / path.name).read_bytes()
    manifest = read_json(folder / "downloads" / "manifest.json")
    assert manifest["part1.zip"]["2.mat"] == sha256(folder / "2.mat")
    assert any("part2.zip: 4 files" in line for line in lines)
    assert not list(folder.rglob("*.part")) and not list(folder.rglob("*.tmp"))
    (folder / "cvind.mat").unlink()  # that of the phantom is too short
    assert len(FigshareDataset(folder)) == 7


def test_second_run_downloads_nothing(server, article, tmp_path):
    get(server, tmp_path, article)
    server.requests.clear()
    get(server, tmp_path, article)
    for path in (tmp_path / "downloads").glob("*.zip"):
        path.unlink()  # what is unpacked needs no archive
    get(server, tmp_path, article)
    assert server.requests == []


def test_lost_slice_is_unpacked_again(server, article, tmp_path):
    get(server, tmp_path, article)
    server.requests.clear()
    (tmp_path / "2.mat").unlink()
    get(server, tmp_path, article)
    assert (tmp_path / "2.mat").exists() and server.requests == []


def test_changed_slice_is_found_on_the_second_run(server, article, tmp_path):
    get(server, tmp_path, article)
    (tmp_path / "2.mat").write_bytes(b"changed")
    with pytest.raises(UserError, match="2.mat.*delete it"):
        get(server, tmp_path, article)
    assert (tmp_path / "2.mat").read_bytes() == b"changed"


def test_foreign_slice_is_not_replaced(server, article, tmp_path):
    (tmp_path / "2.mat").write_bytes(b"mine")
    with pytest.raises(UserError, match="another or a damaged file"):
        get(server, tmp_path, article)
    assert (tmp_path / "2.mat").read_bytes() == b"mine"


def test_damaged_archive_is_fetched_again(server, article, tmp_path):
    get(server, tmp_path, article)
    (tmp_path / "1.mat").unlink()
    path = tmp_path / "downloads" / "part1.zip"
    path.write_bytes(path.read_bytes()[:-7])
    server.requests.clear()
    get(server, tmp_path, article)
    assert [request[0] for request in server.requests] == ["/1"]
    assert path.read_bytes() == server.content["/1"]


def test_archive_put_there_by_hand(server, article, tmp_path):
    (tmp_path / "downloads").mkdir()
    for file in article:
        content = server.content[f"/{file.file_id}"]
        (tmp_path / "downloads" / file.name).write_bytes(content)
    get(server, tmp_path, article)
    assert server.requests == [] and (tmp_path / "7.mat").exists()


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_interrupted_download_resumes(server, article, tmp_path, knows_ranges):
    server.knows_ranges = knows_ranges
    server.break_after = 70_000
    with pytest.raises(UserError, match="run the command again: it resumes"):
        get(server, tmp_path, article)
    # Of whole blocks none is lost.
    have = (tmp_path / "downloads" / "part1.zip.part").stat().st_size
    assert have == 1 << 16
    assert not list(tmp_path.glob("*.mat"))
    server.requests.clear()
    get(server, tmp_path, article)
    assert server.requests[0] == ("/1", f"bytes={have}-")
    assert len(list(tmp_path.glob("*.mat"))) == 8


def test_complete_part_needs_no_request(server, article, tmp_path):
    (tmp_path / "downloads").mkdir()
    part = tmp_path / "downloads" / "part1.zip.part"
    part.write_bytes(server.content["/1"])
    get(server, tmp_path, article)
    assert "/1" not in [path for path, _ in server.requests]


def test_part_of_something_else_is_found(server, article, tmp_path):
    (tmp_path / "downloads").mkdir()
    part = tmp_path / "downloads" / "part1.zip.part"
    part.write_bytes(bytes(3000))
    with pytest.raises(UserError, match="MD5"):
        get(server, tmp_path, article)
    get(server, tmp_path, article)
    assert (tmp_path / "1.mat").exists()


def test_other_content_on_the_server(server, article, tmp_path):
    server.content["/1"] = server.content["/1"][:-1] + b"!"
    with pytest.raises(UserError, match="MD5 sum.*another one.*doi.org"):
        get(server, tmp_path, article)
    assert not list(tmp_path.glob("*.mat"))
    assert not (tmp_path / "downloads" / "part1.zip").exists()


def test_more_than_announced(server, article, tmp_path):
    server.content["/1"] += bytes(100)
    with pytest.raises(UserError, match="Received: more"):
        get(server, tmp_path, article)


def test_less_than_announced(server, article, tmp_path):
    server.content["/1"] = server.content["/1"][:-100]
    with pytest.raises(UserError, match="Received: only"):
        get(server, tmp_path, article)


@pytest.mark.parametrize("status", [202, 403, 503])
def test_server_refuses(server, article, tmp_path, status):
    server.status = status
    with pytest.raises(UserError, match=f"HTTP status {status}"):
        get(server, tmp_path, article)


def test_no_server(article, tmp_path):
    with pytest.raises(UserError, match="run the command again"):
        download_figshare(tmp_path, print, "http://127.0.0.1:1", article)


def test_corrupt_archive(server, article, tmp_path):
    content = bytearray(server.content["/1"])
    middle = len(content) // 2
    content[middle : middle + 50] = bytes(50)
    bad = offer(server, "part1.zip", 1, bytes(content))
    with pytest.raises(UserError, match="a complete zip archive.*delete it"):
        get(server, tmp_path, [bad])


def test_an_archive_whose_members_lie_nowhere(server, article, tmp_path):
    """By what the end says of the table, the first one lies before the file."""
    content = bytearray(server.content["/1"])
    end = content.rindex(b"PK\x05\x06")
    content[end + 16 : end + 20] = (2**31).to_bytes(4, "little")
    bad = offer(server, "part1.zip", 1, bytes(content))
    with pytest.raises(UserError, match="a complete zip archive.*delete it"):
        get(server, tmp_path, [bad])


def test_a_member_that_is_said_to_be_huge(server, article, tmp_path):
    """Its packed size, which a reader would ask for at once."""
    content = bytearray(server.content["/1"])
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 20 : entry + 24] = (2**31).to_bytes(4, "little")
    bad = offer(server, "part1.zip", 1, bytes(content))
    with pytest.raises(UserError, match="slices of less than 1 MB.*2147483648 bytes"):
        get(server, tmp_path, [bad])


def test_no_archive_at_all(server, tmp_path):
    bad = offer(server, "part1.zip", 1, b"<html>come back later</html>")
    with pytest.raises(UserError, match="a complete zip archive"):
        get(server, tmp_path, [bad])


def test_missing_slices(server, tmp_path):
    content = zipped(tmp_path, ("1.mat", b"1"), ("cvind.mat", b"2"))
    with pytest.raises(UserError, match="expected 3 slices. Received: 1"):
        get(server, tmp_path / "set", [offer(server, "part1.zip", 1, content)])


@pytest.mark.parametrize(
    "name", ["../1.mat", "a/../../1.mat", "/tmp/1.mat", "..\\1.mat", "C:\\1.mat"]
)
def test_members_stay_inside(server, tmp_path, name):
    content = zipped(tmp_path, (name, b"out"))
    with pytest.raises(UserError, match="members inside the folder"):
        get(server, tmp_path / "set", [offer(server, "part9.zip", 9, content)])
    assert not list(tmp_path.rglob("*.mat"))


def test_symbolic_link(server, tmp_path):
    link = zipfile.ZipInfo("1.mat")
    link.external_attr = 0o120777 << 16
    content = zipped(tmp_path, (link, b"/etc/passwd"))
    with pytest.raises(UserError, match="no links"):
        get(server, tmp_path / "set", [offer(server, "part9.zip", 9, content)])


def test_duplicate_member(server, tmp_path):
    content = zipped(tmp_path, ("1.mat", b"1"), ("part/1.mat", b"2"))
    with pytest.raises(UserError, match="1.mat twice"):
        get(server, tmp_path / "set", [offer(server, "part9.zip", 9, content)])


def test_bomb(server, tmp_path):
    content = zipped(tmp_path, ("1.mat", bytes((64 << 20) + 1)))
    with pytest.raises(UserError, match="slices of less than 1 MB"):
        get(server, tmp_path / "set", [offer(server, "part9.zip", 9, content)])
    assert not (tmp_path / "set" / "1.mat").exists()


def test_encrypted_member(server, tmp_path):
    content = bytearray(zipped(tmp_path, ("1.mat", b"secret")))
    content[6] |= 1  # the flag in the local header and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    bad = offer(server, "part9.zip", 9, bytes(content))
    with pytest.raises(UserError, match="a complete zip archive"):
        get(server, tmp_path / "set", [bad])


def test_only_slices_are_unpacked(server, tmp_path):
    content = zipped(
        tmp_path,
        ("1.mat", b"1"),
        ("__MACOSX/._1.mat", b"2"),
        ("run.sh", b"3"),
        ("evil.mat", b"4"),
    )
    get(server, tmp_path / "set", [offer(server, "part9.zip", 9, content)])
    assert [path.name for path in (tmp_path / "set").glob("*.*")] == ["1.mat"]


def test_interrupted_unpacking_resumes(server, article, tmp_path, monkeypatch):
    place, calls = download.place, []

    def failing(content, target):
        calls.append(target)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return place(content, target)

    monkeypatch.setattr(download, "place", failing)
    with pytest.raises(KeyboardInterrupt):
        get(server, tmp_path, article)
    assert len(list(tmp_path.glob("*.mat"))) == 2
    server.requests.clear()
    get(server, tmp_path, article)
    assert "/1" not in [path for path, _ in server.requests]
    assert len(list(tmp_path.glob("*.mat"))) == 8
