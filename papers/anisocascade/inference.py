"""Prediction for users: from a folder of weights to a segmenter."""

from pathlib import Path

from common.errors import UserError
from common.evidence import from_dict
from common.files import read_json
from papers import predict as files
from papers.anisocascade.experiment import BUILDERS
from papers.anisocascade.protocol import NETWORKS, Protocol
from papers.anisocascade.released_weights import MANIFEST, import_released
from papers.anisocascade.segmenter import Segmenter

__all__ = ["files", "import_released", "segmenter"]


def segmenter(folder, force=False):
    """Returns a segmenter of imported weights, or of networks trained here.

    Args:
        folder: what `import-weights` wrote; or the folder of runs of one data set
            and profile, `runs/anisocascade/<data>/<profile>`.
        force: whether to try scans that are not like those of BraTS.

    Raises:
        UserError: the folder holds neither.
    """
    folder = Path(folder)
    if (folder / MANIFEST).is_file():
        return Segmenter(folder, force=force)
    runs = {}
    for path in sorted(folder.glob("*net-*/finished.json")):
        job = read_json(path.with_name("job.json"))
        network, view = job["method"].split("-")
        runs.setdefault((job["split"], job["fold"], job["seed"]), {})[
            NETWORKS[network], view
        ] = path.parent
    whole = [found for found in runs.values() if _is_cascade(found)]
    if not whole:
        raise UserError(
            folder,
            "imported weights, or runs of WNet, TNet and ENet in the same views",
            "neither" if not runs else f"only {sorted(max(runs.values(), key=len))}",
            "`python -m papers import-weights anisocascade --from DIR`, or train first",
        )
    models = {}
    for (stage, view), run in max(whole, key=len).items():
        job = read_json(run / "job.json")
        protocol = from_dict(Protocol(), job["protocol"])
        builder = BUILDERS[job["method"].split("-")[0]]
        model = builder((None, None, None, 4), protocol.network.base_channels)
        model.load_weights(run / "last.weights.h5")
        models[stage, view] = model
    return Segmenter(models, protocol.inference, force=force)


def _is_cascade(networks):
    """Tells whether each view that is there has all three networks."""
    views = {view for _, view in networks}
    return len(networks) == len(NETWORKS) * len(views)
