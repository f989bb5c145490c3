"""Where the pipelines of `benchmarks.data.bench` read from: the cache, or nibabel."""

import gzip
import shutil
from pathlib import Path

import nibabel
import numpy as np

from common.errors import UserError
from data.brats.dataset import MODALITIES, BratsDataset
from data.phantom.brats.write import write_phantom
from data.prepared.prepare import prepare_volumes
from data.prepared.volume_cache import VolumeCache

# On disk these releases have the labels that the suite has in memory.
RELEASES = ("brats17", "brats18", "brats19", "brats20", "brats21")


class NiftiWindows:
    """Windows of the data set's own files, read with nibabel at each call.

    Stands in for a `VolumeCache`, so that all else is the same work. nibabel is
    helped: headers are read once, only the window is asked of a file
    (`dataobj[…]`), and boxes and statistics are those of the prepared cases.

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
    """Prepares some cases, and copies them with and without compression.

    Args:
        folder: an empty folder.
        data: a folder of NIfTI cases, or None for a phantom of full size.
        cases: most cases to read.
        say: function that shows a line of text.

    Returns:
        `(name, case ids, {source: VolumeCache or NiftiWindows})`.

    Raises:
        UserError: the data is not of a release that `RELEASES` names.
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
    """The same file, compressed or not as the target's name says."""
    if source.suffix == target.suffix:
        return source
    openers = {".gz": gzip.open, ".nii": open}
    with openers[source.suffix](source, "rb") as read:
        with openers[target.suffix](target, "wb") as write:
            shutil.copyfileobj(read, write)
    return target


def _read(proxy, start, size):
    """A window (depth, height, width) of a file, zero outside of its grid."""
    start, grid = np.array(start), np.array(proxy.shape[::-1])
    low = np.clip(start, 0, grid)
    high = np.clip(start + size, low, grid)
    window = np.zeros(tuple(size), proxy.dtype)
    if (high > low).all():
        there = tuple(map(slice, low.tolist(), high.tolist()))
        read = np.asarray(proxy[there[::-1]]).transpose()
        window[tuple(map(slice, low - start, high - start))] = read
    return window
