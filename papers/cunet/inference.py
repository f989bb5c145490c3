"""Prediction for users: from a finished run to labels of scans."""

import numpy as np

from common.boxes import read_window
from data.brats.releases import GRID, MODALITIES
from data.normalize import brain_zscore
from data.padding import padded_size
from data.prepared.pack import pack_volume
from papers.cunet.architectures import build_network
from papers.cunet.paper import PAPER
from papers.cunet.segmentation import frozen_predictor, segment
from papers.engine.predict.segmenter import RunSegmenter
from papers.engine.predict.volumes import VolumeFiles

__all__ = ["Segmenter", "build", "files", "segmenter"]

files = VolumeFiles()


class Segmenter(RunSegmenter):
    """Segments scans slice by slice with a network that was trained here.

    Its labels are 0 background, 1 necrosis and non-enhancing tumor, 2 edema and 4
    enhancing tumor. Arguments and errors are those of `RunSegmenter`.
    """

    paper = PAPER

    def __init__(self, folder, force=False):
        super().__init__(folder, force)
        self._predictors = {}

    def labels_of_scan(self, scan):
        images, brain = self._slices(scan)
        predict = self._predictor(padded_size(images.shape[1:3]))
        return segment(images, brain, predict, self.method, self.protocol)

    def _slices(self, scan):
        """Returns all slices, prepared as for the training, and the brain."""
        info, arrays = pack_volume(self.volumes(scan), None, scan.geometry.affine)
        whole = []
        for name in ("images", "brain"):
            stored = arrays[name]
            window = np.zeros((*info.shape, *stored.shape[3:]), stored.dtype)
            read_window(stored, np.negative(info.start), window)
            whole.append(window)
        images, brain = whole
        return brain_zscore(images, info), brain > 0

    def _predictor(self, size):
        """Returns the network for slices of a size, compiled once."""
        if size not in self._predictors:
            model = build_network(self.method, self.protocol, (*size, len(MODALITIES)))
            self.load_weights(model)
            self._predictors[size] = frozen_predictor(model, self.protocol)
        return self._predictors[size]


def build(method, protocol, size=None):
    """Builds a method's network.

    Args:
        method: a `Method` of this paper.
        protocol: its `Protocol`.
        size: `(height, width)` of the slices, by default those of BraTS.
    """
    shape = (*padded_size(size or GRID[1:]), len(MODALITIES))
    return build_network(method, protocol, shape)


def segmenter(folder, force=False):
    """Returns a segmenter of a finished run; arguments are `Segmenter`'s."""
    return Segmenter(folder, force)
