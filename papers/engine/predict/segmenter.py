"""Prediction with the network of a finished run, as the papers on BraTS share it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from common.evidence import protocol_digest
from common.files import digest
from data.brats.releases import MODALITIES
from data.integrity import Finding
from data.prepared.n4 import corrected
from data.scans.scan import open_scan
from papers.engine.run import Run


@dataclass(frozen=True, eq=False)
class Result:
    """The labels of a scan, in the voxel order of its files.

    Args:
        labels: uint8 `(depth, height, width)`.
        findings: of the checks of the scan.
    """

    labels: np.ndarray
    findings: list[Finding]


class RunSegmenter(ABC):
    """Segments scans with a network that was trained here.

    A paper's subclass sets `paper` and implements `labels_of_scan`.

    Args:
        folder: a finished run, `runs/<paper>/<data>/<profile>/<run>`.
        force: whether to try scans that are not skull-stripped or not 1 mm.

    Raises:
        UserError: the folder is not a finished run of the paper.
    """

    paper = None

    def __init__(self, folder, force=False):
        self.run, self.force = Run(folder), force
        self.method, self.protocol = self.run.open(self.paper)

    @abstractmethod
    def labels_of_scan(self, scan):
        """Returns the uint8 labels of a `data.scans.scan.Scan`, one per voxel."""

    def load_weights(self, model):
        """Loads the run's weights into the network that they belong to."""
        self.run.load_weights(model, self.protocol.training.checkpoint)

    def read(self, scan):
        """Reads and checks a scan, as `data.scans.scan.open_scan` does."""
        return open_scan(scan, self.force)

    def segment(self, scan, progress=None):
        """Segments a scan.

        Args:
            scan: folder of a case, a `data.case.Case`, the paths of `"flair"`,
                `"t1"`, `"t1ce"` and `"t2"` in a dict, or what `read` returned.
            progress: not called, as a scan takes seconds.

        Returns:
            A `Result`.

        Raises:
            UserError: the scan cannot be read, or is not like those of BraTS.
        """
        scan = self.read(scan)
        return Result(scan.restore(self.labels_of_scan(scan)), scan.findings)

    def volumes(self, scan):
        """Returns a scan's volumes by modality, corrected as for the training."""
        correction = self.paper.experiment.bias_correction(self.protocol)
        return corrected_volumes(scan, correction)

    def fingerprint(self):
        """Returns a hash of weights, method and protocol, which decide the labels."""
        weights = self.run.weights_digest(self.protocol.training.checkpoint)
        return digest([weights, self.method.id, protocol_digest(self.protocol)])


def corrected_volumes(scan, correction):
    """Returns a scan's volumes by modality, corrected as a cache's would be.

    Args:
        scan: a `data.scans.scan.Scan`.
        correction: the `data.prepared.n4.N4` of a run's preparation, or None.
    """
    volumes = dict(zip(MODALITIES, scan.volumes, strict=True))
    return corrected(volumes, correction, scan.geometry.spacing, scan.paths)
