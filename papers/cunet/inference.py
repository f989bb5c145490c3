"""Prediction for users: from a finished run to the labels of scans."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import UserError
from common.evidence import from_dict, protocol_digest
from common.files import digest, read_json, sha256
from common.inference.boxes import read_window
from data.brats import MODALITIES
from data.case import Case
from data.integrity import Finding
from data.n4 import N4
from data.normalize import brain_zscore
from data.scan import find_scan, read_scan
from data.volume_pack import pack_volume
from papers import predict as files
from papers.cunet.experiment import Experiment, LogitsOf, build_network
from papers.cunet.networks import without_heads
from papers.cunet.protocol import METHODS, Protocol
from papers.cunet.reader import padded_size

__all__ = ["Segmenter", "files", "segmenter"]


@dataclass(frozen=True, eq=False)
class Result:
    """What was found in a scan; every array is in the order of its files.

    Args:
        labels: uint8 `(depth, height, width)`: 0 background, 1 necrosis and
            non-enhancing tumor, 2 edema, 4 enhancing tumor.
        findings: what the checks of the scan had to say.
    """

    labels: np.ndarray
    findings: list[Finding]


class Segmenter:
    """Segments scans slice by slice with a network that was trained here.

    Args:
        folder: a finished run, `runs/cunet/<data>/<profile>/<run>`.
        force: whether to try scans that are not skull-stripped or not 1 mm.

    Raises:
        UserError: the folder is no finished run.
    """

    def __init__(self, folder, force=False):
        folder = Path(folder)
        if not (folder / "finished.json").is_file():
            raise UserError(
                folder,
                "a finished run, runs/cunet/<data>/<profile>/<run>",
                "an unfinished one" if (folder / "job.json").exists() else "no run",
                "name the run with --weights, or `make train-cunet` first",
            )
        self.force = force
        job = read_json(folder / "job.json")
        self.protocol = from_dict(Protocol(), job["protocol"])
        self.method = next(m for m in METHODS if m.id == job["method"])
        self._weights = folder / f"{self.protocol.training.checkpoint}.weights.h5"
        self._networks = {}

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
        images, brain = self._slices(scan)
        experiment = Experiment(self.method, self.protocol, None, None, seed=0)
        predict = self._network(padded_size(images.shape[1:3]))
        labels = experiment.segment(images, brain, predict)
        return Result(scan.restore(labels), scan.findings)

    def _slices(self, scan):
        """Returns all slices, prepared as those of the training, and the brain."""
        volumes = dict(zip(MODALITIES, scan.volumes, strict=True))
        rule = self.protocol.preparation
        if rule.n4:
            correction = N4(shrink=rule.n4_shrink)
            volumes = {
                name: correction.correct(volume, scan.geometry.spacing)
                for name, volume in volumes.items()
            }
        info, arrays = pack_volume(volumes, None, scan.geometry.affine)
        whole = []
        for name in ("images", "brain"):
            stored = arrays[name]
            window = np.zeros((*info.shape, *stored.shape[3:]), stored.dtype)
            read_window(stored, np.negative(info.start), window)
            whole.append(window)
        images, brain = whole
        return brain_zscore(images, info), brain > 0

    def _network(self, size):
        """Returns the network for slices of a size, compiled once."""
        if size not in self._networks:
            model = build_network(self.method, self.protocol, (*size, len(MODALITIES)))
            model.load_weights(self._weights)
            batch = self.protocol.training.batch_size
            self._networks[size] = LogitsOf(without_heads(model), batch)
        return self._networks[size]

    def fingerprint(self):
        """Returns a hash of weights and protocol: all that decides labels."""
        return digest([sha256(self._weights), protocol_digest(self.protocol)])


def segmenter(folder, force=False):
    """Returns a segmenter of a finished run; arguments are `Segmenter`'s."""
    return Segmenter(folder, force)
