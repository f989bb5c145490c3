"""A trained cascade, ready to segment scans.

```python
from papers.anisocascade.segmenter import Segmenter

segmenter = Segmenter("weights")
labels = segmenter("case-folder")
```
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from common.evidence import protocol_digest
from common.inference.shared_graphs import SharedGraphs, architecture_of
from data.case import Case
from data.integrity import Finding
from data.scans.scan import open_scan
from data.volume.views import VIEWS
from papers.anisocascade.cascade import STAGES, predict_case
from papers.anisocascade.inference_protocol import Inference
from papers.anisocascade.released_weights import NETWORKS, load_released
from papers.anisocascade.seen import is_untold, seen_as
from papers.engine.brats.label_maps import fingerprint_of
from papers.engine.predict.segmenter import corrected_volumes
from papers.engine.settings import apply_settings


@dataclass(frozen=True, eq=False)
class Result:
    """The segmentation of a scan; arrays have the voxel order of its files.

    Args:
        labels: uint8 `(depth, height, width)`: 0 background, 1 necrosis and
            non-enhancing tumor, 2 edema, 4 enhancing tumor.
        probabilities: float32 `(depth, height, width)` by stage, `"whole"`,
            `"core"` and `"enhancing"`, 0 outside the stage's box; empty unless
            requested.
        findings: the findings of the scan's checks.
    """

    labels: np.ndarray
    probabilities: dict[str, np.ndarray]
    findings: list[Finding]


class Segmenter:
    """Segments scans with the networks of a trained cascade.

    Each architecture is compiled once for each size of patches, for its networks of
    several views. All cores work on one batch. For 240 x 240 x 155 voxels the process
    needs about 3.2 GB of memory.

    Args:
        networks: Keras models with logits of two classes, by `(stage, view)`; or
            the folder that `make import-weights` wrote.
        protocol: an `Inference`; the default is that of the released code.
        force: whether to try scans that are not skull-stripped or not 1 mm.
        correction: the `data.prepared.n4.N4` that the networks' training data went
            through; scans do, too. The released code has none.

    Raises:
        UserError: the folder does not hold the weights of all networks.
    """

    def __init__(self, networks, protocol=None, force=False, correction=None):
        apply_settings()  # from Python, no command has done it
        self._is_released = not isinstance(networks, dict)
        if not isinstance(networks, dict):
            networks = load_networks(networks)
        self.protocol = protocol or Inference()
        self.force = force
        self.correction = correction
        self._models = networks
        self._networks = compile_networks(networks)

    def __call__(self, scan, progress=None):
        """Returns the labels of a scan; arguments and errors are `segment`'s."""
        return self.segment(scan, progress).labels

    def read(self, scan):
        """Reads and checks a scan; returns a `data.scans.scan.Scan` with its findings.

        Arguments and errors are `segment`'s. Among the findings is whether the authors
        trained released weights on this case.
        """
        opened = open_scan(scan, self.force)
        if not self._is_released or scan is opened:
            return opened
        name = _name_of(scan)
        return replace(opened, findings=[*opened.findings, *_seen(name)])

    def segment(self, scan, progress=None, probabilities=False):
        """Segments a scan.

        Args:
            scan: folder of a case, a `data.case.Case`, the paths of `"flair"`,
                `"t1"`, `"t1ce"` and `"t2"` in a dict, or what `read` returned.
            progress: function of stage, view, batches done and batches in all.
            probabilities: whether to keep the probabilities of the three stages.

        Returns:
            A `Result`.

        Raises:
            UserError: the scan cannot be read, or is not like those of BraTS.
        """
        scan = self.read(scan)
        volumes = tuple(corrected_volumes(scan, self.correction).values())
        found = predict_case(volumes, self._networks, self.protocol, progress)
        kept = found.stages if probabilities else ()
        return Result(
            scan.restore(found.labels),
            {stage: scan.restore(found.probability(stage)) for stage in kept},
            scan.findings,
        )

    def segment_volumes(self, volumes, progress=None):
        """Returns the labels of volumes that are oriented as in BraTS.

        They are neither checked nor corrected: a cache holds corrected ones.

        Arguments and errors are those of `predict_case`.
        """
        return predict_case(volumes, self._networks, self.protocol, progress).labels

    def fingerprint(self):
        """Returns a hash of all that decides the labels: weights, protocol, N4."""
        keys = sorted(self._models)
        models = [self._models[key] for key in keys]
        rest = [self.correction.settings()] if self.correction else []
        return fingerprint_of(models, keys, protocol_digest(self.protocol), *rest)


def _name_of(scan):
    """Returns the name of the case that is to be read, or "" if it has none."""
    if isinstance(scan, Case):
        return scan.id
    return "" if isinstance(scan, dict) else Path(scan).resolve().name.partition(".")[0]


def _seen(name):
    """Yields a finding if the released weights have seen a case, or may have."""
    fix = "do not take the mask for what these weights do on a new scan"
    if original := seen_as(name):
        found = f"the authors trained these weights on this patient, {original}"
        yield Finding("warning", "seen", "", found, fix)
    elif is_untold(name):
        found = (
            "the authors trained these weights on the cases of BraTS 2017, which the "
            "Decathlon and the challenges since 2020 have under other names"
        )
        yield Finding("warning", "seen", "", found, fix)


def compile_network(model, graphs=None):
    """Makes a function from patches to a model's foreground probabilities.

    Args:
        model: Keras model from `(batch, slices, height, width, modalities)` to
            logits `(batch, …, 2)`.
        graphs: the `SharedGraphs` of its architecture; None for graphs of its own.

    Returns:
        A function of a float32 array, which builds one graph for each shape.
    """
    graphs = graphs or SharedGraphs(model, _foreground)

    def network(patches):
        return graphs(model, tf.convert_to_tensor(patches)).numpy()

    return network


def compile_networks(models):
    """Compiles several networks; those that differ in weights only share graphs.

    Args:
        models: Keras models by any key, as for `compile_network`.

    Returns:
        `compile_network`'s functions by the same keys.
    """
    shared, compiled = {}, {}
    for key, model in models.items():
        kind = architecture_of(model)
        graphs = shared.setdefault(kind, SharedGraphs(model, _foreground))
        compiled[key] = compile_network(model, graphs)
    return compiled


def _foreground(logits):
    return tf.nn.softmax(logits)[..., 1]


def load_networks(folder):
    """Builds the nine networks with the released weights.

    Args:
        folder: what `make import-weights` wrote.

    Returns:
        Keras models by `(stage, view)`.

    Raises:
        UserError: a file is missing, or is not the one that was written.
    """
    return {
        (stage, view): load_released(folder, network, view)
        for stage, network in zip(STAGES, NETWORKS, strict=True)
        for view in VIEWS
    }
