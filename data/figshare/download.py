"""Download of the figshare CE-MRI data set: verified, resumable, safely unpacked.

Cheng, Jun: brain tumor dataset, https://doi.org/10.6084/m9.figshare.1512427,
CC BY 4.0. Sizes and MD5 sums are those of figshare's record of the article (version 8),
as several independent projects quote them in agreement; we have not seen the record
itself. MD5 detects damage, not forgery. The SHA-256 of everything unpacked is stored on
first use and compared from then on.
"""

import lzma
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from common.errors import UserError
from common.files import lock, read_json, write_json
from data.download.place import are_unchanged, place
from data.download.retrieve import retrieve

BASE_URL = "https://ndownloader.figshare.com/files"
_PAGE = "https://doi.org/10.6084/m9.figshare.1512427"
# What `zipfile` raises for damaged, encrypted or otherwise unreadable archives.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError)
_ZIP_ERRORS += (RuntimeError, ValueError)
_MAX_MEMBER_BYTES = 64 << 20
_MAX_ARCHIVE_BYTES = 4 << 30


@dataclass(frozen=True)
class RemoteFile:
    """One file of the article.

    Args:
        name: its name.
        file_id: its number at figshare, the end of its address.
        size: its size in bytes.
        md5: its MD5 sum.
        slices: number of slices in an archive; None for a plain file.
    """

    name: str
    file_id: int
    size: int
    md5: str
    slices: int | None = None


FILES = (
    RemoteFile(
        "brainTumorDataPublic_1-766.zip",
        *(3381290, 214401279, "74b949ad33f042e6e103523091cd1428", 766),
    ),
    RemoteFile(
        "brainTumorDataPublic_767-1532.zip",
        *(3381296, 217848429, "7e8a875500d2c8a346f270538e29890e", 766),
    ),
    RemoteFile(
        "brainTumorDataPublic_1533-2298.zip",
        *(3381293, 215563856, "8227bf6080cb71f15a88be8d25c79ae7", 766),
    ),
    RemoteFile(
        "brainTumorDataPublic_2299-3064.zip",
        *(3381302, 231679762, "b378a80d6174e5317d59eb28430c6652", 766),
    ),
    RemoteFile("cvind.mat", 7005344, 5736, "5ea82eb3212c9fcb84290ccf0beb486d"),
)


def download_figshare(folder, report=print, base_url=BASE_URL, files=FILES):
    """Downloads and unpacks the data set: 3064 slices and `cvind.mat`.

    The archives stay in `<folder>/downloads`; they may be put there by hand, and be
    deleted once they are unpacked. A second run fetches only what is missing, and
    compares the unpacked files with `downloads/manifest.json`.

    Args:
        folder: where the `.mat` files go.
        report: function that shows a line of text.
        base_url: address to which the numbers of the files are appended.
        files: the files of the article.

    Raises:
        UserError: a download failed or has another checksum, an archive is damaged
            or unsafe, or the folder holds other files of the same names.
    """
    folder = Path(folder)
    downloads = folder / "downloads"
    with lock(downloads, report):
        _download(folder, downloads, report, base_url, files)


def _download(folder, downloads, report, base_url, files):
    manifest_path = downloads / "manifest.json"
    manifest = read_json(manifest_path) if manifest_path.exists() else {}
    manifest = manifest if isinstance(manifest, dict) else {}
    for file in files:
        if are_unchanged(folder, manifest.get(file.name, {})):
            report(f"{file.name}: already there, unchanged")
            continue
        url, target = f"{base_url}/{file.file_id}", downloads / file.name
        path = retrieve(url, target, f"md5:{file.md5}", _PAGE, report, file.size)
        if file.slices is None:
            members = {file.name: place(path.read_bytes(), folder / file.name)}
        else:
            members = _unpack(path, folder, file.slices)
        manifest[file.name] = members
        write_json(manifest_path, manifest)
        report(f"{file.name}: {len(members)} files, verified")


def _unpack(path, folder, slices):
    """Unpacks an archive's slices; returns their SHA-256 by name."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _safe_members(archive, path)
            if len(members) != slices:
                raise _bad_archive(path, f"{slices} slices", f"{len(members)}")
            # Reading a member verifies its CRC.
            return {
                name: place(archive.read(info), folder / name)
                for name, info in members.items()
            }
    except _ZIP_ERRORS as error:
        raise _bad_archive(path, "a complete zip archive", error) from error


def _safe_members(archive, path):
    """Returns the members with slices by file name; refuses any odd member."""
    members, total = {}, 0
    for info in archive.infolist():
        member = PurePosixPath(info.filename)
        outside = member.is_absolute() or ".." in member.parts
        if outside or "\\" in info.filename or ":" in info.filename:
            received = f"the member {info.filename!r}"
            raise _bad_archive(path, "members inside the folder", received)
        if stat.S_ISLNK(info.external_attr >> 16):
            received = f"the link {info.filename!r}"
            raise _bad_archive(path, "no links", received)
        if not re.fullmatch(r"[0-9]+\.mat", member.name):
            continue
        if member.name in members:
            raise _bad_archive(path, "each slice once", f"{member.name} twice")
        total += info.file_size
        size = max(info.file_size, info.compress_size)
        if size > _MAX_MEMBER_BYTES or total > _MAX_ARCHIVE_BYTES:
            received = f"{member.name} of {size} bytes, {total} so far"
            raise _bad_archive(path, "slices of less than 1 MB each", received)
        members[member.name] = info
    return members


def _bad_archive(path, expected, received):
    return UserError(path, expected, received, "delete it, then `make data-figshare`")
