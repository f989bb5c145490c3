"""Scores a case as the packages of BraTS do and as we do, in their environment.

    .venv-official/bin/python -m benchmarks.metrics.official_peer

Both run in one process, on one NumPy. `benchmarks.metrics.official` asks.
"""

import contextlib
import io
import warnings
from importlib.metadata import version

import numpy as np

from benchmarks.shared.peers import serve_tasks
from common.metrics import CasePair, boundary_scores, score_pair
from common.metrics.lesions import lesion_scores

# Canonical labels, and the same regions in the labels of 2023.
REGIONS = ("wt", "tc", "et")
DISK = np.array([0, 1, 2, 0, 3], np.uint8)
TOLERANCES = (1.0, 2.0)
PACKAGES = ("numpy", "scipy", "panoptica", "brats-evaluation", "surface-distance")
AREAS, VOXELS = "area-weighted/brats", "pooled/brats"


def main():
    """Serves the programs by name."""
    # panoptica warns and greets on what is our line to the parent.
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(io.StringIO()):
        from brats_evaluation import config_path
        from panoptica import Panoptica_Evaluator

        evaluator = Panoptica_Evaluator.load_from_config(str(config_path("GoAT")))
    programs = {
        "ours, bipartite": _ours_bipartite,
        "brats-evaluation": lambda *case: _official(evaluator, *case),
        "ours, area-weighted": _ours_areas,
        "surface-distance": _surface_distance,
    }

    def prepare(path, program):
        stored = np.load(path)
        case = stored["prediction"], stored["truth"], tuple(stored["spacing"].tolist())
        score, found = programs[program], {}

        def call():
            with contextlib.redirect_stdout(io.StringIO()):
                found.update(score(*case))

        call()
        return call, {name: float(value) for name, value in found.items()}

    serve_tasks(prepare, versions={name: version(name) for name in PACKAGES})


def _ours_bipartite(prediction, truth, spacing):
    pair = CasePair(prediction, truth, spacing)
    row = score_pair(pair, VOXELS) | boundary_scores(pair, VOXELS, TOLERANCES)
    lesions = lesion_scores(pair, "bipartite")[0]
    names = [
        f"{region}_lesion_{n}" for region in REGIONS for n in ("dice", "hd95", "nsd")
    ]
    found = {name: lesions[name] for name in names}
    return found | {f"{region}_dice": row[f"{region}_dice"] for region in REGIONS}


def _official(evaluator, prediction, truth, spacing):
    volumes = (DISK[prediction], DISK[truth])
    results = evaluator.evaluate(*volumes, voxelspacing=spacing)
    found = {}
    for region in REGIONS:
        scores = results[region].to_dict(True)
        for ours, theirs in (("dice", "dsc"), ("hd95", "hd95"), ("nsd", "nsd")):
            found[f"{region}_lesion_{ours}"] = scores[f"sq_{theirs}"]
        found[f"{region}_dice"] = scores["global_bin_dsc"]
    return found


def _ours_areas(prediction, truth, spacing):
    pair = CasePair(prediction, truth, spacing)
    row = score_pair(pair, AREAS) | boundary_scores(pair, AREAS, TOLERANCES)
    names = ("hd95", "asd", *(f"nsd_{mm:g}mm" for mm in TOLERANCES))
    return {f"{region}_{n}": row[f"{region}_{n}"] for region in REGIONS for n in names}


def _surface_distance(prediction, truth, spacing):
    import surface_distance as module

    from common.metrics.regions import REGIONS as LABELS

    found = {}
    for region in REGIONS:
        masks = [np.isin(labels, LABELS[region]) for labels in (truth, prediction)]
        distances = module.compute_surface_distances(*masks, spacing)
        averages = module.compute_average_surface_distance(distances)
        found[f"{region}_hd95"] = module.compute_robust_hausdorff(distances, 95)
        found[f"{region}_asd"] = np.mean(averages)
        for mm in TOLERANCES:
            dice = module.compute_surface_dice_at_tolerance(distances, mm)
            found[f"{region}_nsd_{mm:g}mm"] = dice
    return found


if __name__ == "__main__":
    main()
