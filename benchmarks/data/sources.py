"""What the pipelines of `benchmarks.data.bench` read: the prepared cache or NIfTI."""

import gzip
import shutil
from pathlib import Path

import nibabel
import numpy as np

from common.errors import UserError
from data.brats.dataset import BratsDataset
from data.brats.releases import MODALITIES
from data.phantom.brats.write import write_phantom
from data.prepared.prepare import prepare_volumes
from data.prepared.volume_cache import VolumeCache

# The labels of these releases are the same on disk and in memory.
RELEASES = ("brats17", "brats18", "brats19", "brats20", "brats21")


class NiftiWindows:
    """Windows of the data set's own files, read with nibabel at each call.

    It stands in for a `VolumeCache`, so that everything else is the same work. It makes
    nibabel's work easy: headers are read once, only the window is read from a file
    (`dataobj[…]`), and boxes and statistics come from the prepared cases.

    Args:
        cache: the prepared cache.
        files: the files of each case: `{case id: {"flair": path, …, "seg": path}}`.
    """

    def __init__(self, cache, files):
        self.folder = cache.folder
        self.info = cache.info
        self._proxies = {
            case_id: {name: nibabel.load(path).dataobj for name, path in paths.items()}
            for case_id, paths in files.items()
        }

    def window(self, case_id, names, start, size):
        """Returns what `VolumeCache.window` returns."""
        proxies = self._proxies[case_id]
        windows = []
        for name in names:
            parts = MODALITIES if name == "images" else ("seg",)
            read = [_read(proxies[part], start, size) for part in parts]
            windows.append(
                np.stack(read, axis=-1) if name == "images" else np.uint8(read[0])
            )
        return windows


def sources(folder, data=None, cases=4, say=print):
    """Prepares cases, and copies them with and without compression.

    Args:
        folder: an empty folder.
        data: a folder of NIfTI cases, or None for a phantom of full size.
        cases: maximum number of cases to read.
        say: function that shows a line of text.

    Returns:
        `(name, case ids, {source: VolumeCache or NiftiWindows})`.

    Raises:
        UserError: the data is of none of the `RELEASES`.
    """
    folder = Path(folder)
    if data is None:
        say("writing a phantom of 3 cases")
        write_phantom(folder / "phantom", hgg=2, lgg=1)
    dataset = BratsDataset(data or folder / "phantom")
    if dataset.release not in RELEASES:
        raise UserError(
            data,
            f"NIfTI cases of one of {', '.join(RELEASES)}",
            dataset.release,
            "name another folder: python -m benchmarks.data.bench --data FOLDER",
        )
    cache = VolumeCache(folder / "cache", dataset.name, dataset.fingerprint())
    prepare_volumes(dataset, cache, say=say)
    chosen = list(dataset)[:cases]
    plain, packed = {}, {}
    for case in chosen:
        paths = {name: case.images[name] for name in MODALITIES} | {"seg": case.label}
        plain[case.id], packed[case.id] = {}, {}
        for name, path in paths.items():
            copy = folder / f"{case.id}_{name}.nii"
            plain[case.id][name] = _copy(path, copy)
            packed[case.id][name] = _copy(path, copy.with_suffix(".nii.gz"))
    return (
        dataset.name,
        [case.id for case in chosen],
        {
            "prepared cache": cache,
            "nibabel, .nii": NiftiWindows(cache, plain),
            "nibabel, .nii.gz": NiftiWindows(cache, packed),
        },
    )


def _copy(source, target):
    """Copies a file, compressed or not as the target's name says; returns the copy."""
    if source.suffix == target.suffix:
        return source
    openers = {".gz": gzip.open, ".nii": open}
    with openers[source.suffix](source, "rb") as read:
        with openers[target.suffix](target, "wb") as write:
            shutil.copyfileobj(read, write)
    return target


def _read(proxy, start, size):
    """Returns a window (depth, height, width) of a file, zero outside its grid."""
    start, grid = np.array(start), np.array(proxy.shape[::-1])
    low = np.clip(start, 0, grid)
    high = np.clip(start + size, low, grid)
    window = np.zeros(tuple(size), proxy.dtype)
    if (high > low).all():
        there = tuple(map(slice, low.tolist(), high.tolist()))
        read = np.asarray(proxy[there[::-1]]).transpose()
        window[tuple(map(slice, low - start, high - start))] = read
    return window
