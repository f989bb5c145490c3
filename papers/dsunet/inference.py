"""Prediction for users: from a finished run to labels of scans."""

import numpy as np

from common.boxes import read_window
from common.files import digest
from common.inference.frozen import FrozenPredictor
from data.brats.releases import MODALITIES
from data.prepared.pack import pack_volume
from data.volume.resampling import resample
from papers.dsunet.experiment import STATISTICS, build_network
from papers.dsunet.paper import PAPER
from papers.dsunet.preprocessing import labels_of, place, scale
from papers.engine.predict.segmenter import RunSegmenter
from papers.engine.predict.volumes import VolumeFiles

__all__ = ["Segmenter", "build", "files", "segmenter"]

files = VolumeFiles()


class Segmenter(RunSegmenter):
    """Segments scans with one pass of a network that was trained here.

    Its labels are 0 background, 1 necrosis and non-enhancing tumor, 2 edema and 4
    enhancing tumor. Arguments and errors are those of `RunSegmenter`.
    """

    paper = PAPER

    def __init__(self, folder, force=False):
        super().__init__(folder, force)
        scaling = self.run.values(STATISTICS, "mean", "std")
        self._statistics = np.array(scaling["mean"]), np.array(scaling["std"])
        model = build(self.method, self.protocol)
        self.load_weights(model)
        self._predict = FrozenPredictor(model, batch_size=1)

    def labels_of_scan(self, scan):
        image, placement = self._input(scan)
        whole = placement.restore(self._predict(image[None])[0])
        return labels_of(whole, self.protocol.inference.threshold)

    def _input(self, scan):
        """Returns the network's input and where it lies in the scan."""
        info, arrays = pack_volume(self.volumes(scan), None, scan.geometry.affine)
        placement = place(info, self.protocol.geometry)
        window = np.zeros((*placement.size, len(MODALITIES)), arrays["images"].dtype)
        read_window(arrays["images"], np.subtract(placement.start, info.start), window)
        return resample(scale(window, self._statistics), placement.shape), placement

    def fingerprint(self):
        """Returns a hash of all that decides the labels, including the scaling."""
        return digest([super().fingerprint(), np.array(self._statistics).tolist()])


def build(method, protocol, size=None):
    """Builds a method's network.

    Args:
        method: a `Method` of this paper.
        protocol: its `Protocol`.
        size: not used; it is the protocol's.
    """
    shape = (protocol.geometry.size,) * 3 + (len(MODALITIES),)
    return build_network(method, protocol, shape)


def segmenter(folder, force=False):
    """Returns a segmenter of a finished run; arguments are `Segmenter`'s."""
    return Segmenter(folder, force)
