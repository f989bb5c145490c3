"""Prediction for users: from a finished run to masks of slices."""

import numpy as np
from scipy.ndimage import zoom

from common.evidence import protocol_digest
from common.files import digest
from common.inference.frozen import FrozenPredictor
from data.normalize import min_max, resize_area
from papers.engine.predict.slices import SliceFiles
from papers.engine.run import Run
from papers.linkdsl.experiment import THRESHOLD, build_network
from papers.linkdsl.paper import PAPER

__all__ = ["SliceSegmenter", "build", "files", "segmenter"]

files = SliceFiles()


class SliceSegmenter:
    """One method's network, for the cascade after the network before it.

    Args:
        folder: a finished run, `runs/linkdsl/<data>/<profile>/<run>`; the run
            that a cascade takes its maps from stands beside it.

    Raises:
        UserError: the folder, or the one beside it, is no finished run.
    """

    def __init__(self, folder):
        run = Run(folder)
        method, self.protocol = run.open(PAPER)
        model = build_network(method, self.protocol)
        checkpoint = self.protocol.training.checkpoint
        run.load_weights(model, checkpoint)
        self._made_of = [run.weights_digest(checkpoint), method.id]
        self._predict = FrozenPredictor(model, batch_size=1)
        before = run.previous()
        self.previous = SliceSegmenter(before.folder) if before else None

    def probability(self, image):
        """Returns the tumor's probability at the network's own resolution.

        Args:
            image: intensities `(height, width)`, upright, the whole head in view.

        Returns:
            A float32 array `(size, size)`.
        """
        size = self.protocol.preparation.image_size
        layers = [resize_area(min_max(image), size)]
        if self.previous is not None:
            first = self.previous.probability(image)
            hard = self.protocol.cascade.map == "hard"
            layers.append((first >= THRESHOLD) if hard else first)
        batch = np.stack(layers, axis=-1)[None].astype(np.float32)
        return self._predict(batch)[0, ..., 0]

    def fingerprint(self):
        """Returns a hash of weights, methods and protocol, which decide the masks."""
        before = self.previous.fingerprint() if self.previous else None
        return digest([*self._made_of, protocol_digest(self.protocol), before])

    def __call__(self, image):
        """Segments one slice.

        Args:
            image: as for `probability`.

        Returns:
            A boolean mask `(height, width)`: the probabilities, interpolated
            linearly to the image's own pixels, at 0.5 and above.
        """
        soft = self.probability(image)
        factors = [new / old for new, old in zip(image.shape, soft.shape, strict=True)]
        return zoom(soft, factors, order=1, mode="nearest", grid_mode=True) >= THRESHOLD


def build(method, protocol, size=None):
    """Builds a method's network, whose size is the protocol's.

    Args:
        method: a `Method` of this paper.
        protocol: its `Protocol`.
        size: not used.
    """
    return build_network(method, protocol)


def segmenter(folder, force=False):
    """Returns a segmenter of a finished run.

    Args:
        folder: as for `SliceSegmenter`.
        force: not used; nothing is refused that can be read.

    Raises:
        UserError: as `SliceSegmenter`.
    """
    return SliceSegmenter(folder)
