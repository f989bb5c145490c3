"""Prediction for users: from a folder of weights to a segmenter."""

from pathlib import Path

from common.errors import UserError
from common.files import digest
from data.brats.releases import MODALITIES
from papers.anisocascade.experiment import BUILDERS
from papers.anisocascade.paper import PAPER
from papers.anisocascade.protocol import NETWORKS
from papers.anisocascade.released_weights import (
    MANIFEST,
    holds_released,
    import_released,
)
from papers.anisocascade.segmenter import Segmenter
from papers.engine.predict.volumes import VolumeFiles
from papers.engine.run import Run

__all__ = ["build", "files", "holds_released", "import_released", "segmenter"]

files = VolumeFiles()


def build(method, protocol, size=None):
    """Builds a method's network.

    Args:
        method: a `Method` of this paper.
        protocol: its `Protocol`.
        size: not used; it takes patches of any size.
    """
    builder = BUILDERS[method.network]
    shape = (None, None, None, len(MODALITIES))
    return builder(shape, protocol.network.base_channels)


def segmenter(folder, force=False):
    """Returns a segmenter of imported weights, or of networks trained here.

    Args:
        folder: what `import-weights` wrote; or the run of one network, which is
            combined with the runs beside it that have the same data, protocol, fold
            and seed; or the folder of these runs,
            `runs/anisocascade/<data>/<profile>`, if it holds a single cascade.
        force: whether to try scans that are not like those of BraTS.

    Raises:
        UserError: the folder holds none of these, or several cascades, or a damaged
            file.
    """
    folder = Path(folder)
    if (folder / MANIFEST).is_file():
        return Segmenter(folder, force=force)
    one = Run(folder).is_finished
    cascades = _cascades(folder.parent if one else folder)
    if one:
        cascades = [runs for runs in cascades if folder in runs.values()]
    if len(cascades) != 1:
        raise UserError(
            folder,
            "imported weights, or the runs of WNet, TNet and ENet in the same views",
            "no whole cascade"
            if not cascades
            else "several, with " + ", ".join(_first(runs).name for runs in cascades),
            "`make weights-anisocascade` downloads and converts those of the authors; "
            "`make import-weights FROM=folder` converts them where they are there "
            "already; `make train-anisocascade` trains networks here"
            if not cascades
            else "name one of these runs with --weights",
        )
    models = {}
    for key, folder in cascades[0].items():
        run = Run(folder)
        method, protocol = run.open(PAPER)
        model = build(method, protocol)
        run.load_weights(model, "last")
        models[key] = model
    correction = PAPER.experiment.bias_correction(protocol)
    return Segmenter(models, protocol.inference, force, correction)


def _cascades(folder):
    """Returns the finished cascades, dicts of runs by stage and view."""
    found = {}
    for path in sorted(folder.glob("*net-*/finished.json")):
        job = Run(path.parent).job()
        network, view = job["method"].split("-")
        same = ("protocol", "split", "fold", "seed", "fingerprint")
        runs = found.setdefault(digest([job[name] for name in same]), {})
        runs[NETWORKS[network], view] = path.parent
    return [runs for runs in found.values() if _is_cascade(runs)]


def _first(runs):
    return runs[min(runs)]


def _is_cascade(runs):
    """Whether every view has all three networks."""
    views = {view for _, view in runs}
    return len(runs) == len(NETWORKS) * len(views)
