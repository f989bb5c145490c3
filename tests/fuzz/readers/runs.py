"""A run's folder, the states in it, prepared cases, records and archives."""

import functools
import hashlib
import io
import json
import tarfile

import numpy as np

from tests.fuzz.reader import Reader


@functools.cache
def _paper():
    from papers.registry import papers

    return next(paper for paper in papers() if paper.id == "cunet")


def _write_run(folder):
    from common.evidence import as_dict
    from papers.engine.run import Run
    from tests.fuzz.readers.tables import _rows

    run = Run(folder)
    method = _paper().methods[0].id
    job = {"method": method, "protocol": as_dict(_paper().published), "previous": None}
    run.begin(job | {"split": "image", "fold": 0, "test": ["001"]})
    run.finish("a" * 64, "b" * 64, 3, 1.5)
    (folder / "history.csv").write_text(
        "epoch,loss,val_loss,val_dice,seconds,data_wait_share\n1,0.5,0.4,0.3,1.5,0.1\n"
        "2,0.4,,0.35,1.5,0.1\n"
    )
    run.write_rows(_rows(2).to_dict("records"), {"weights": "c" * 64}, 1.5)


def _read_run(folder):
    from common.evidence import describe
    from papers.engine.run import Run

    run = Run(folder)
    method, protocol = run.open(_paper())
    for entry, old in zip(
        describe(protocol), describe(_paper().published), strict=True
    ):
        if None not in (entry.value, old.value):
            assert type(entry.value) is type(old.value), entry
        assert entry.limits.broken_by(entry.value) is None, entry
    assert run.finished()["epochs"] * 1.0 + run.finished()["seconds"] >= 0
    run.previous()
    run.history()["loss"].mean()
    run.rows()
    run.environment()
    run.has_rows_of({"weights": "c" * 64})


def _variables():
    import keras

    kernel = keras.Variable(np.ones((2, 3), np.float32), name="kernel")
    return [kernel, keras.Variable(np.int64(4), dtype="int64", name="iterations")]


def _write_states(folder):
    from common.training.progress import Progress
    from common.training.state import StateStore

    row = {"epoch": 1, "loss": 0.5, "val_dice": 0.3, "seconds": 1.5}
    progress = Progress(3, [row | {"data_wait_share": 0.1}], 0.3, [0.5], 1.0, 0.1)
    for step in (3, 6):
        StateStore(folder, "key").save(step, _variables(), progress.extra())


def _sign_states(folder):
    """Writes the checksums again, as for one who wants to be believed."""
    for path in folder.glob("*/manifest.json"):
        content = (path.parent / "variables.h5").read_bytes()
        try:
            values = json.loads(path.read_bytes())
            values["sha256"] = hashlib.sha256(content).hexdigest()
            values.pop("digest", None)
            from common.files import digest

            path.write_text(json.dumps(values | {"digest": digest(values)}))
        except (ValueError, TypeError, AttributeError, RecursionError):
            continue


def _read_states(folder):
    from common.training.progress import Progress
    from common.training.state import StateStore

    store = StateStore(folder, "key")
    store.newest()
    progress = Progress.from_state(store.restore(_variables()), folder)
    progress.table()
    progress.is_better(0.5)
    json.dumps(progress.extra())


def _write_prepared(folder):
    from data.prepared.case_cache import CaseCache

    cache = CaseCache(folder, "c", {"fingerprint": "a"})
    arrays = {"image": np.ones((2, 3), np.int16)}
    cache.write("001", "source", arrays, attributes={"start": (0, 1)})


def _read_prepared(folder):
    from data.prepared.case_cache import CaseCache

    cache = CaseCache(folder, "c", {"fingerprint": "a"})
    other = CaseCache(folder, "c", {"fingerprint": "b"})
    cache.holds("001", "source")
    for sibling in other.siblings("fingerprint"):
        other.take_over("001", "source", sibling)
    with cache.open("001") as file:
        dict(file.attrs)
    cache.read_batch(["001"], ["image"])


def _write_records(folder):
    from papers.engine.predict.record import Record

    row = {"case_id": "001", "status": "written", "source": "a", "notes": []}
    Record(folder / "out").write(folder / "001.nii", b"content", row)
    (folder / "digests.json").write_text('{"/a/1.mat": [12, 34, "ab"]}')
    kept = {"members": {"a/b": [512, 10]}, "next": 1024, "complete": True}
    (folder / "index.json").write_text(json.dumps(kept | {"version": [10, "tag"]}))


def _read_records(folder):
    from data.download.tar_index import TarIndex
    from data.known_digests import KnownDigests
    from papers.engine.predict.record import Record

    known = KnownDigests()
    known.remember_in(folder / "digests.json")
    known.of(folder / "001.nii", lambda path: "x")

    class Remote:
        version = None

    index = TarIndex(Remote, folder / "index.json", print)
    index.walk_until(lambda members: True)
    record = Record(folder / "out")
    for name in ("001", "002"):
        record.is_foreign(name, folder / "001.nii")
        record.is_ours(name, folder / "001.nii")
        record.is_made_of(name, folder / "001.nii", "a")
    record.remove(folder / "001.nii", {"case_id": "001", "source": "a"})


def _write_archive(folder):
    import gzip

    with tarfile.open(folder / "downloads.tar", "w") as archive:
        for name, content in (
            ("Task01_BrainTumour/dataset.json", b"{}"),
            ("Task01_BrainTumour/imagesTr/BRATS_001.nii.gz", gzip.compress(b"volume")),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def _read_archive(path):
    """Puts it where a download would, whose checksum is right."""
    import shutil

    from data.msd.download import download_msd

    inner = path.parent / "unpacked"
    shutil.rmtree(inner, ignore_errors=True)
    (inner / "downloads").mkdir(parents=True)
    target = inner / "downloads" / "Task01_BrainTumour.tar"
    shutil.copyfile(path, target)
    md5 = hashlib.md5(path.read_bytes()).hexdigest()
    download_msd(inner, print, "http://127.0.0.1:9/none", md5)


def _write_zip(folder):
    import zipfile

    with zipfile.ZipFile(folder / "slices.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.mat", b"slice one" * 9)
        archive.writestr("x/2.mat", b"slice two" * 9)


def _read_zip(path):
    import shutil

    from data.figshare.download import RemoteFile, download_figshare

    inner = path.parent / "unpacked"
    shutil.rmtree(inner, ignore_errors=True)
    (inner / "downloads").mkdir(parents=True)
    content = path.read_bytes()
    (inner / "downloads" / "slices.zip").write_bytes(content)
    md5 = hashlib.md5(content).hexdigest()
    file = RemoteFile("slices.zip", 1, len(content), md5, 2)
    download_figshare(inner, print, "http://127.0.0.1:9", (file,))


READERS = [
    Reader("run", _write_run, _read_run, whole=True),
    Reader("states", _write_states, _read_states, whole=True, sign=_sign_states),
    Reader("prepared", _write_prepared, _read_prepared, whole=True),
    Reader("records", _write_records, _read_records, whole=True),
    Reader("tar", _write_archive, _read_archive),
    Reader("zip", _write_zip, _read_zip),
]
