"""Prediction for users: from a finished run to the labels of scans."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import UserError
from common.evidence import from_dict, protocol_digest
from common.files import read_json
from common.inference.predict import Predictor
from data.brats import MODALITIES
from data.case import Case
from data.integrity import Finding
from data.normalize import brain_zscore
from data.scan import find_scan, read_scan
from data.volume_pack import pack_volume
from papers import predict as files
from papers.hierdice.classifier import labels_of
from papers.hierdice.experiment import (
    bias_correction,
    build_network,
    padded_size,
    segment,
)
from papers.hierdice.protocol import METHODS, Protocol
from papers.label_maps import fingerprint_of

__all__ = ["Segmenter", "files", "segmenter"]


@dataclass(frozen=True, eq=False)
class Result:
    """What was found in a scan, in the order of its files.

    Args:
        labels: uint8 `(depth, height, width)`: 0 other, 1 necrosis, 2 edema, 3
            non-enhancing and 4 enhancing tumor; by the four formulas, 1 is all core
            that is not enhancing.
        findings: what the checks of the scan had to say.
    """

    labels: np.ndarray
    findings: list[Finding]


class Segmenter:
    """Segments scans, slice by slice, with a network that was trained here.

    Args:
        folder: a finished run, `runs/hierdice/<data>/<profile>/<run>`.
        force: whether to try scans that are not skull-stripped or not 1 mm.

    Raises:
        UserError: the folder is no finished run.
    """

    def __init__(self, folder, force=False):
        folder = Path(folder)
        if not (folder / "finished.json").is_file():
            raise UserError(
                folder,
                "a finished run, runs/hierdice/<data>/<profile>/<run>",
                "an unfinished one" if (folder / "job.json").exists() else "no run",
                "name the run with --weights, or `make train-hierdice` first",
            )
        self.force = force
        job = read_json(folder / "job.json")
        self.protocol = from_dict(Protocol(), job["protocol"])
        self.method = next(m for m in METHODS if m.id == job["method"])
        self._weights = folder / f"{self.protocol.training.checkpoint}.weights.h5"
        self._predictors = {}

    def segment(self, scan, progress=None):
        """Segments a scan.

        Args:
            scan: folder of a case, a `data.case.Case`, or the paths of `"flair"`,
                `"t1"`, `"t1ce"` and `"t2"` in a dict.
            progress: not called.

        Returns:
            A `Result`.

        Raises:
            UserError: the scan cannot be read, or is not like those of BraTS.
        """
        if not isinstance(scan, Case | dict):
            scan = find_scan(scan)
        scan = read_scan(scan.images if isinstance(scan, Case) else scan, self.force)
        volumes = dict(zip(MODALITIES, scan.volumes, strict=True))
        correction = bias_correction(self.protocol.preparation)
        if correction is not None:
            volumes = {
                name: correction.correct(volume, scan.geometry.spacing)
                for name, volume in volumes.items()
            }
        info, _ = pack_volume(volumes, None, scan.geometry.affine)
        images = brain_zscore(np.stack(list(volumes.values()), axis=-1), info)
        labels = segment(images, self._predictor(images.shape[1:3]), self._labels)
        return Result(scan.restore(labels), scan.findings)

    def fingerprint(self):
        """Returns a hash of weights and protocol: all that decides labels."""
        model = build_network(self.method, self.protocol, padded_size((16, 16)))
        model.load_weights(self._weights)
        return fingerprint_of([model], self.method.id, protocol_digest(self.protocol))

    def _predictor(self, size):
        """Returns the network for slices of a size; its weights fit any."""
        size = padded_size(size)
        if size not in self._predictors:
            model = build_network(self.method, self.protocol, size)
            model.load_weights(self._weights)
            tower_size = self.protocol.training.tower_size
            self._predictors[size] = Predictor(model, tower_size)
        return self._predictors[size]

    def _labels(self, probability):
        thresholds = self.protocol.inference.thresholds
        return labels_of(probability, self.method.classifier, thresholds)


def segmenter(folder, force=False):
    """Returns a segmenter of a finished run; arguments are `Segmenter`'s."""
    return Segmenter(folder, force)
