"""Download of the Decathlon's brain tumors: the whole archive, or single cases.

Antonelli et al.: The Medical Segmentation Decathlon, Nature Communications 13, 4128
(2022), http://medicaldecathlon.com, CC BY-SA 4.0. The archive is a copy in the AWS
registry of open data; its MD5 sum is the one that MONAI compares. We have not seen the
archive itself. MD5 detects damage, not forgery; the SHA-256 of everything unpacked is
stored on first use and compared from then on.
"""

import gzip
import io
import re
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from common.errors import UserError
from common.files import atomic_path, lock, read_json, write_json
from data.download.place import are_unchanged, foreign_file, place
from data.download.ranged_file import RangedFile
from data.download.retrieve import retrieve
from data.download.tar_index import TarIndex
from data.folder_notes import OWN_FILE
from data.ignored import is_ignored
from data.msd.description import FOLDERS

URL = "https://msd-for-monai.s3-us-west-2.amazonaws.com/Task01_BrainTumour.tar"
MD5 = "240a19d752f0d9e9101544901065d872"
_PAGE = "http://medicaldecathlon.com"
_WHOLE = (
    "`make data-msd` downloads all of it, unless it is there, and compares its checksum"
)
_COUNT = 750  # cases, numbered through training and test
_BLOCK = 1 << 20  # bytes; an interruption loses the current block
_MAX_MEMBER_BYTES = 256 << 20
# What `gzip` raises for damaged files.
_GZIP_ERRORS = (gzip.BadGzipFile, zlib.error, EOFError)


def download_msd(folder, report=print, url=URL, md5=MD5):
    """Downloads and unpacks the whole data set: 7.6 GB, 750 cases, 484 with labels.

    The archive stays in `<folder>/downloads`; it may be put there by hand, and be
    deleted once it is unpacked. A second run fetches only what is missing, and compares
    the unpacked files with `downloads/manifest.json`.

    Args:
        folder: where `dataset.json`, `imagesTr` and the others go.
        report: function that shows a line of text.
        url: address of the archive.
        md5: its MD5 sum.

    Raises:
        UserError: the download failed or has another checksum, the archive is damaged,
            or the folder holds other files of the same names.
    """
    folder = Path(folder)
    downloads = folder / "downloads"
    with lock(downloads, report):
        manifest = downloads / "manifest.json"
        if are_unchanged(folder, read_json(manifest) if manifest.exists() else {}):
            report("Task01_BrainTumour.tar: already there, unchanged")
            return
        target = downloads / "Task01_BrainTumour.tar"
        path = retrieve(url, target, f"md5:{md5}", _PAGE, report)
        placed = _unpack(path, folder)
        write_json(manifest, placed)
        report(f"{path.name}: {len(placed)} files, verified")


def download_cases(folder, cases, report=print, url=URL):
    """Downloads single cases out of the archive, and `dataset.json`.

    The archive is not compressed, so that its members can be fetched one by one.
    Finding them takes a request for each member before them, once:
    `downloads/index.json` keeps where they are. Each file is verified by its size and
    by gzip's own checksum.

    Args:
        folder: where the files go.
        cases: ids such as `"BRATS_449"`, of training or of test cases.
        report: function that shows a line of text.
        url: address of the archive.

    Raises:
        UserError: there is no such case, the server failed, sends no ranges or has
            another version of the archive, a member is damaged, or the folder holds
            another file of the same name.
    """
    for case in cases:
        _check_id(case)
    folder = Path(folder)
    downloads = folder / "downloads"
    with lock(downloads, report):
        remote = RangedFile(url, downloads / "index.json", _WHOLE)
        index = TarIndex(remote, downloads / "index.json", report)
        index.walk_until(lambda members: not _missing(_by_target(members), cases))
        members = _by_target(index.members)
        if missing := _missing(members, cases):
            raise UserError(
                url,
                f"the case {missing[0]}",
                f"{len(members)} files without it",
                f"leave it out, or {_WHOLE}",
            )
        for target in sorted({OWN_FILE, *_of_cases(members, cases)}):
            _fetch(remote, folder / target, *members[target], downloads)
            report(f"{target}: verified")


def _check_id(case):
    """Refuses what cannot be a case, before the whole archive is looked through."""
    found = re.fullmatch(r"BRATS_(\d{3})", case, re.ASCII)
    if not (found and 1 <= int(found[1]) <= _COUNT):
        raise UserError(
            "the cases",
            f"ids from BRATS_001 to BRATS_{_COUNT}",
            case,
            "name cases such as BRATS_001, with three digits",
        )


def _by_target(members):
    """Returns the members that belong to the data set by where they go."""
    found = {_target(name): place for name, place in members.items()}
    found.pop(None, None)
    return found


def _target(name):
    """Returns where a member goes within the folder, or None if nowhere."""
    parts = PurePosixPath(name).parts[1:]
    if parts == (OWN_FILE,):
        return OWN_FILE
    if len(parts) != 2 or parts[0] not in FOLDERS or is_ignored(parts[1]):
        return None
    return "/".join(parts) if re.fullmatch(r"\w+\.nii\.gz", parts[1]) else None


def _of_cases(members, cases):
    """Returns the files of some cases."""
    names = [f"{folder}/{case}.nii.gz" for case in cases for folder in FOLDERS]
    return [name for name in names if name in members]


def _missing(members, cases):
    """Returns the cases and the file of the data set that are not found yet."""
    wanted = [] if OWN_FILE in members else [OWN_FILE]
    for case in cases:
        training, label, test = (f"{folder}/{case}.nii.gz" for folder in FOLDERS)
        if not (test in members or (training in members and label in members)):
            wanted.append(case)
    return wanted[::-1]


def _fetch(remote, target, start, size, downloads):
    """Fetches one member, from where it stopped, unless it is there."""
    if target.exists():
        if target.stat().st_size != size or _damage(target):
            raise foreign_file(target)
        return
    part = downloads / f"{target.parent.name}-{target.name}.part"
    have = part.stat().st_size if part.exists() else 0
    with atomic_path(target) as temporary:
        with open(part, "ab") as file:
            if have > size:
                have = 0
                file.truncate(have)
            if have < size:
                for block in remote.blocks(start + have, size - have, _BLOCK):
                    file.write(block)
        damage = _damage(part)
        if damage:
            part.unlink()
            raise UserError(
                remote.url,
                f"{target.name} without damage",
                damage,
                f"run the command again; if that does not help, {_WHOLE}",
            )
        part.rename(temporary)


def _damage(path):
    """Returns what is wrong with a file by gzip's own checksum, or None."""
    if path.suffix != ".gz" and not path.name.endswith(".gz.part"):
        return None
    try:
        with gzip.open(path) as file:
            _read_through(file)
    except _GZIP_ERRORS as error:
        return str(error)
    return None


def _read_through(file):
    """Reads a gzip file to its end, where its checksum is, and holds little of it."""
    while file.read(_BLOCK):
        pass


def _unpack(path, folder):
    """Unpacks the archive's files; returns their SHA-256 by name."""
    placed = {}
    try:
        with tarfile.open(path, mode="r:") as archive:
            for member in archive:
                target = _target(member.name) if member.isreg() else None
                if target is None:
                    continue
                if member.size > _MAX_MEMBER_BYTES or target in placed:
                    received = f"{member.name} of {member.size} bytes"
                    raise _bad_archive(path, "each volume once, of 10 MB", received)
                content = archive.extractfile(member).read()
                if target.endswith(".gz"):
                    _read_through(gzip.GzipFile(fileobj=io.BytesIO(content)))
                placed[target] = place(content, folder / target)
    except (tarfile.TarError, OSError, ValueError, *_GZIP_ERRORS) as error:
        raise _bad_archive(path, "a complete tar archive", error) from error
    if OWN_FILE not in placed:
        raise _bad_archive(path, OWN_FILE, f"{len(placed)} files without it")
    return placed


def _bad_archive(path, expected, received):
    return UserError(path, expected, received, "delete it, then `make data-msd`")
