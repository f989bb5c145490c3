"""What a folder holds: what must be equal between runs, and what must not be there."""

import csv
import hashlib
import io
import json
import re
import zipfile

import h5py
import numpy as np

LEFT_OVER = re.compile(r"\..+\.tmp(?:\.weights\.h5|\.keras)?|.+\.part|\.[^/]+\.lock")
_PROCESS = re.compile(r"\.\d+\.tmp")
_LOCK = ".lock"  # of a folder, which stays there
_MACOS = "._"  # what macOS adds to archives, and phantoms of them have: no gzip
# By the end of a path: what says when it was written, how long that took, or by which
# state of the code.
_COLUMNS = {"seconds", "waited", "data_wait_share", "hours", "date", "commit", "time"}
_MOMENTS = re.compile(
    rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?|\d+(\.\d+)? (seconds|s|min|minutes)\b"
)
# What a later command may use or not, and computes itself otherwise.
_MEMORY = ("cache/digests.json",)


def contents(folder):
    """Returns a hash of each file below a folder by its path, without moments.

    Folders are in it, too. Logs of TensorBoard are one entry with their values, for a
    training that was resumed has several.
    """
    found, logs = {}, {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.endswith(_MEMORY):
            continue
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        elif "tfevents" in path.name:
            logs.setdefault(path.parent.relative_to(folder).as_posix(), []).append(path)
        else:
            found[name] = _hash(path)
    for name, paths in logs.items():
        found[f"{name}/*"] = repr(sorted(_logged(paths).items()))
    return found


def state(folder):
    """Returns a hash of all files below a folder, whoever has written them.

    Of what can be read, moments do not count; of what is half written, each byte does.
    """
    lines = []
    for path in sorted(folder.rglob("*")):
        name = _PROCESS.sub(".N.tmp", path.relative_to(folder).as_posix())
        whole = path.is_file() and path.name != _LOCK
        if whole and "tfevents" in path.name:
            # Its name has the moment and the process.
            name = f"{name.rpartition('/')[0]}/log of {path.stat().st_size} bytes"
        lines.append(f"{name} {_hash_of_any(path) if whole else ''}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def names(folder):
    """Returns the paths of all files below a folder, as `contents` names them."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {path.relative_to(folder).as_posix() for path in found}


def differences(expected, received):
    """Returns one line for each path that differs between two `contents`."""
    lines = []
    for name in sorted(expected.keys() | received.keys()):
        one, other = expected.get(name), received.get(name)
        if one != other:
            missing = "missing" if other is None else "left" if one is None else "other"
            lines.append(f"{missing}: {name}")
    return lines


def left_over(folder):
    """Returns the names of temporary files and folders below a folder."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.name != _LOCK and LEFT_OVER.fullmatch(path.name)
    )


def half_written(folder):
    """Returns what cannot be read of the files that have their final name."""
    broken = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(LEFT_OVER.fullmatch(part) for part in parts)
        if hidden or not path.is_file() or path.name.startswith((_LOCK, _MACOS)):
            continue
        content = path.read_bytes()
        if (known := (path.name, hashlib.sha256(content).digest())) in _WHOLE:
            continue
        try:
            _read(path, content)
        except Exception as error:
            broken.append(f"half: {'/'.join(parts)}: {error}")
        else:
            _WHOLE.add(known)
    return broken


# Of files by name and bytes: what was read once need not be read after every fault.
_WHOLE, _HASHES = set(), {}


def _read(path, content):
    """Reads a file by its kind; raises anything where it is not whole."""
    if path.suffix in (".json", ".csv", ".html", ".js", ".h5", ".png", ".sh", ".mat"):
        assert content, "empty"
    if path.suffix == ".json":
        json.loads(content)
    elif path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
        assert len({len(row) for row in rows}) == 1, "rows of several lengths"
        assert content.endswith(b"\n"), "cut off"
    elif path.suffix in (".h5", ".mat"):
        with h5py.File(path, "r") as file:
            file.visititems(
                lambda name, item: getattr(item, "shape", None) and item[()]
            )
    elif path.suffix == ".png":
        assert content.endswith(b"IEND\xaeB`\x82"), "cut off"
    elif path.suffix == ".keras":
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    elif path.suffix == ".gz":
        import gzip

        gzip.decompress(content)
    elif path.suffix == ".html":
        assert content.rstrip().endswith(b"</html>"), "cut off"


def _hash(path):
    """Returns a hash of a file without what says when or how fast it was written."""
    known = path.name, hashlib.sha256(path.read_bytes()).digest()
    if known not in _HASHES:
        _HASHES[known] = hashlib.sha256(_content(path)).hexdigest()
    return _HASHES[known]


def _hash_of_any(path):
    """Returns `_hash`, or where a file is not whole, a hash of its bytes."""
    try:
        if "tfevents" in path.name:
            return repr(sorted(_logged([path]).items()))
        return _hash(path)
    except Exception:
        return hashlib.sha256(path.read_bytes()).hexdigest()


def _content(path):
    """Returns a file's bytes without what says when or how fast it was written."""
    if path.name.endswith(".weights.h5"):
        return _arrays(path)
    content = path.read_bytes()
    if path.suffix == ".json":
        return json.dumps(_timeless(json.loads(content)), sort_keys=True).encode()
    if path.suffix == ".csv":
        rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        return repr([_timeless(row) for row in rows]).encode()
    if path.suffix == ".h5" and path.name == "variables.h5":
        return _arrays(path)
    if path.suffix in (".html", ".js", ".md"):
        return _MOMENTS.sub(b"", content)
    return content


def _timeless(value):
    if isinstance(value, dict):
        skipped = _COLUMNS | {"sha256", "digest"} if "key" in value else _COLUMNS
        return {k: _timeless(v) for k, v in value.items() if k not in skipped}
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    return value


def _arrays(path):
    """Returns all that an HDF5 file holds, without the times that HDF5 notes."""
    parts = []

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            value = np.asarray(item[()])
            parts.append(f"{name} {value.dtype} {value.shape}".encode())
            parts.append(value.tobytes())

    with h5py.File(path, "r") as file:
        file.visititems(take)
    return b"\n".join(parts)


def _logged(paths):
    """Returns the values of TensorBoard's files by name and step; no seconds."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    values = {}
    for path in paths:
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.tag not in _COLUMNS:
                    content = value.tensor.SerializeToString()
                    values[value.tag, event.step] = content
    return values
