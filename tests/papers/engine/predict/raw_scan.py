"""A raw scan as DICOM series, and a segmenter without a network."""

from functools import cache
from itertools import islice
from types import SimpleNamespace

import numpy as np
import SimpleITK as sitk

from benchmarks.scans.dicom_files import write_series
from data.scans import coregister
from data.scans.scan import open_scan
from papers import registry
from tests.data.scans import heads

MOVES = {
    "flair": heads.move((4, -3, 5), (4, -4, 3)),
    "t1": heads.move((-5, 2, 6), (-5, 4, 3)),
    "t1ce": heads.move((2, -3, 4), (3, 2, -4)),
    "t2": heads.move(),
}
ORDER = ("t2", "t1", "flair", "t1ce")
REFERENCE_GRID = ("SLP", (3, 3, 3))  # right-handed, as DICOM series are


@cache
def reference():
    """The T1ce as it was scanned, int16; not to be changed."""
    image = heads.scan("t1ce", MOVES["t1ce"], heads.grid(*REFERENCE_GRID))
    return sitk.Cast(sitk.Round(image), sitk.sitkInt16)


def write_scan(folder):
    """Writes four series into one folder.

    Returns `(sources, mask)`: what to name each modality, and a file of the brain.
    """
    for number, name in enumerate(ORDER, 1):
        image = reference()
        if name != "t1ce":
            image = sitk.Cast(heads.scan(name, MOVES[name]), sitk.sitkInt16)
        write_series(folder / "DOE_JOHN", image, number, {"0008|103e": name})
    sources, mask = named(folder)
    sitk.WriteImage(sitk.Cast(reference() > 0, sitk.sitkUInt8), mask)
    return sources, mask


def named(folder):
    """Returns what `write_scan` returns, of a folder that it has written."""
    series = folder / "DOE_JOHN"
    sources = {name: f"{series}#{number}" for number, name in enumerate(ORDER, 1)}
    return sources, folder / "brain.nii.gz"


class Bright:
    """Takes what is bright in T1ce for enhancing tumor, what is not quite for edema."""

    def read(self, scan):
        return open_scan(scan)

    def segment(self, scan, progress=None):
        t1ce = scan.volumes[2]
        labels = np.select([t1ce > 800, t1ce > 500], [4, 2], 0).astype(np.uint8)
        return SimpleNamespace(labels=scan.restore(labels), findings=scan.findings)


def search_from_one_place(monkeypatch):
    """Registers from the first start only, from which these images find their places.

    That the others are needed is shown by `tests/data/scans/test_coregister.py`.
    """
    starts = coregister._starts
    monkeypatch.setattr(
        coregister, "_starts", lambda *images: islice(starts(*images), 1)
    )


def search_hardly(monkeypatch):
    """Registers by a few coarse steps, where any place will do."""
    search_from_one_place(monkeypatch)
    monkeypatch.setattr(coregister, "_COARSE", (8.0, 1.0, 4.0, 3))
    monkeypatch.setattr(coregister, "_FINE", ())


def use_bright(monkeypatch):
    """Makes every paper's segmenter a `Bright`."""
    inference = SimpleNamespace(segmenter=lambda folder, force=False: Bright())
    paper = SimpleNamespace(inference=inference)
    monkeypatch.setattr(registry, "paper", lambda name: paper)
