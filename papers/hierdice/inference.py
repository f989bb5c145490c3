"""Prediction for users: from a finished run to labels of scans."""

import numpy as np

from common.inference.frozen import FrozenPredictor
from data.brats.releases import GRID
from data.normalize import brain_zscore
from data.padding import padded_size
from data.prepared.pack import pack_volume
from papers.engine.predict.segmenter import RunSegmenter
from papers.engine.predict.volumes import VolumeFiles
from papers.hierdice.paper import PAPER
from papers.hierdice.segmentation import build_network, classify, segment

__all__ = ["Segmenter", "build", "files", "segmenter"]

files = VolumeFiles()


class Segmenter(RunSegmenter):
    """Segments scans, slice by slice, with a network that was trained here.

    Its labels are 0 other, 1 necrosis, 2 edema, 3 non-enhancing and 4 enhancing
    tumor; with the four formulas, 1 is any core that is not enhancing. Arguments and
    errors are those of `RunSegmenter`.
    """

    paper = PAPER

    def __init__(self, folder, force=False):
        super().__init__(folder, force)
        self._predictors = {}

    def labels_of_scan(self, scan):
        volumes = self.volumes(scan)
        info, _ = pack_volume(volumes, None, scan.geometry.affine)
        images = brain_zscore(np.stack(list(volumes.values()), axis=-1), info)
        return segment(images, self._predictor(images.shape[1:3]), self._labels)

    def _predictor(self, size):
        """Returns the network for slices of a size; its weights fit every size."""
        size = padded_size(size)
        if size not in self._predictors:
            model = build_network(self.method, self.protocol, size)
            self.load_weights(model)
            tower_size = self.protocol.training.tower_size
            self._predictors[size] = FrozenPredictor(model, tower_size)
        return self._predictors[size]

    def _labels(self, probability):
        return classify(probability, self.method, self.protocol)


def build(method, protocol, size=None):
    """Builds a method's network.

    Args:
        method: a `Method` of this paper.
        protocol: its `Protocol`.
        size: `(height, width)` of the slices, by default those of BraTS.
    """
    return build_network(method, protocol, padded_size(size or GRID[1:]))


def segmenter(folder, force=False):
    """Returns a segmenter of a finished run; arguments are `Segmenter`'s."""
    return Segmenter(folder, force)
