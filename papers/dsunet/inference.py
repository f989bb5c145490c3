"""Prediction for users: from a finished run to the labels of scans."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import UserError
from common.evidence import from_dict, protocol_digest
from common.files import read_json
from common.inference.boxes import read_window
from common.inference.predict import Predictor
from data.brats import MODALITIES
from data.case import Case
from data.integrity import Finding
from data.resample import resample
from data.scan import find_scan, read_scan
from data.volume_pack import pack_volume
from papers import predict as files
from papers.dsunet.experiment import STATISTICS, build_network
from papers.dsunet.preprocessing import bias_correction, labels_of, place, scale
from papers.dsunet.protocol import METHODS, Protocol
from papers.label_maps import fingerprint_of

__all__ = ["Segmenter", "files", "segmenter"]


@dataclass(frozen=True, eq=False)
class Result:
    """What was found in a scan; every array is in the order of its files.

    Args:
        labels: uint8 `(depth, height, width)`: 0 background, 1 necrosis and
            non-enhancing tumor, 2 edema, 4 enhancing tumor.
        probabilities: float32 `(depth, height, width, 3)`, of labels 1, 2 and 4.
        findings: what the checks of the scan had to say.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    findings: list[Finding]


class Segmenter:
    """Segments scans with a network that was trained here.

    Args:
        folder: a finished run, `runs/dsunet/<data>/<profile>/<run>`.
        force: whether to try scans that are not skull-stripped or not 1 mm.

    Raises:
        UserError: the folder is no finished run.
    """

    def __init__(self, folder, force=False):
        folder = Path(folder)
        if not (folder / "finished.json").is_file():
            raise UserError(
                folder,
                "a finished run, runs/dsunet/<data>/<profile>/<run>",
                "an unfinished one" if (folder / "job.json").exists() else "no run",
                "name the run with --weights, or `make train-dsunet` first",
            )
        self.force = force
        job = read_json(folder / "job.json")
        self.protocol = from_dict(Protocol(), job["protocol"])
        method = next(method for method in METHODS if method.id == job["method"])
        scaling = read_json(folder / STATISTICS)
        self._statistics = np.array(scaling["mean"]), np.array(scaling["std"])
        size = self.protocol.geometry.size
        model = build_network(method, self.protocol, (size,) * 3 + (len(MODALITIES),))
        weights = folder / f"{self.protocol.training.checkpoint}.weights.h5"
        model.load_weights(weights)
        self._model, self._predict = model, Predictor(model, batch_size=1)

    def segment(self, scan, progress=None):
        """Segments a scan.

        Args:
            scan: folder of a case, a `data.case.Case`, or the paths of `"flair"`,
                `"t1"`, `"t1ce"` and `"t2"` in a dict.
            progress: not called; one pass of the network is all.

        Returns:
            A `Result`.

        Raises:
            UserError: the scan cannot be read, or is not like those of BraTS.
        """
        if not isinstance(scan, Case | dict):
            scan = find_scan(scan)
        scan = read_scan(scan.images if isinstance(scan, Case) else scan, self.force)
        image, placement = self._input(scan)
        whole = placement.restore(self._predict(image[None])[0])
        labels = labels_of(whole, self.protocol.inference.threshold)
        maps = [scan.restore(whole[..., i]) for i in range(whole.shape[-1])]
        return Result(scan.restore(labels), np.stack(maps, axis=-1), scan.findings)

    def _input(self, scan):
        """Returns the network's input and where it lies in the scan."""
        volumes = dict(zip(MODALITIES, scan.volumes, strict=True))
        correction = bias_correction(self.protocol.preparation)
        if correction is not None:
            volumes |= {
                name: correction.correct(volume, scan.geometry.spacing)
                for name, volume in volumes.items()
                if name not in correction.exclude
            }
        info, arrays = pack_volume(volumes, None, scan.geometry.affine)
        placement = place(info, self.protocol.geometry)
        window = np.zeros((*placement.size, len(MODALITIES)), arrays["images"].dtype)
        read_window(arrays["images"], np.subtract(placement.start, info.start), window)
        return resample(scale(window, self._statistics), placement.shape), placement

    def fingerprint(self):
        """Returns a hash of weights, scaling and protocol: all that decides labels."""
        return fingerprint_of(
            [self._model],
            np.array(self._statistics).tolist(),
            protocol_digest(self.protocol),
        )


def segmenter(folder, force=False):
    """Returns a segmenter of a finished run; arguments are `Segmenter`'s."""
    return Segmenter(folder, force)
