"""Scores label maps by the official packages, in an environment that has them.

    .venv-official/bin/python tests/common/metrics/official/job.py FOLDER

FOLDER has `cases.npz`: for each case `<name>_prediction` and `<name>_truth`, labels as
BraTS-GLI 2024 stores them, `(depth, height, width)`, and `<name>_spacing` in mm; and
`tolerances` in mm. The scores are written to `scores.json` beside it. It needs nothing
of this suite.
"""

import contextlib
import io
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import surface_distance
from brats_evaluation import config_path, parse_mets_results, parse_seg_results
from panoptica import Panoptica_Evaluator
from panoptica.metrics import Metric

REGIONS = {"wt": (1, 2, 3), "tc": (1, 3), "et": (3,), "netc": (1,), "snfh": (2,)}
REGIONS |= {"rc": (4,)}


def main(folder):
    """Scores every case of a folder."""
    warnings.simplefilter("ignore")
    folder = Path(folder)
    evaluator = Panoptica_Evaluator.load_from_config(str(config_path("gli")))
    stored = np.load(folder / "cases.npz")
    names = sorted(key.removesuffix("_truth") for key in stored if "_truth" in key)
    regions, whole, metrics = {}, {}, []
    for name in names:
        volumes = [stored[f"{name}_{kind}"] for kind in ("prediction", "truth")]
        spacing = tuple(stored[f"{name}_spacing"].tolist())
        results = evaluator.evaluate(*volumes, voxelspacing=spacing)
        found = {key: result.to_dict(True) for key, result in results.items()}
        regions[name] = json.loads(json.dumps(found, default=float))
        metrics.append(regions[name] | {"subject_name": name})
        whole[name] = {
            region: measured(
                *(np.isin(v, labels) for v in volumes), spacing, stored["tolerances"]
            )
            for region, labels in REGIONS.items()
        }
    scores = {"regions": regions, "whole": whole, **parsed(folder, metrics)}
    (folder / "scores.json").write_text(json.dumps(scores))


def measured(prediction, truth, spacing, tolerances):
    """Scores of whole masks by surface-distance and panoptica, or None if empty."""
    if not (prediction.any() and truth.any()):
        return None
    found = surface_distance.compute_surface_distances(truth, prediction, spacing)
    averages = surface_distance.compute_average_surface_distance(found)
    dice = surface_distance.compute_surface_dice_at_tolerance
    robust = surface_distance.compute_robust_hausdorff
    theirs = {
        metric.name.lower(): float(metric(truth, prediction, voxelspacing=spacing))
        for metric in (Metric.ASSD, Metric.HD95, Metric.NSD, Metric.RVD, Metric.RVAE)
    }
    return {
        "nsd": [float(dice(found, mm)) for mm in tolerances],
        "hd95": float(robust(found, 95)),
        "assd": float(np.mean(averages)),
        "panoptica": theirs,
    }


def parsed(folder, metrics):
    """The tables that brats-evaluation writes, by the name of its parser."""
    path = folder / "metrics.json"
    path.write_text(json.dumps({"metrics": metrics, "missings": []}))
    with contextlib.redirect_stdout(io.StringIO()):
        parse_seg_results(path, folder / "seg.csv")
        parse_mets_results(path, 20.0, 0.1, folder / "mets.csv")
    tables = {}
    for name in ("seg", "mets"):
        table = pd.read_csv(folder / f"{name}.csv").set_index("subject_id")
        tables[name] = json.loads(table.to_json(orient="index", double_precision=15))
        # JSON has no infinity.
        for case, row in table.iterrows():
            infinite = row[np.isinf(row.astype(float))]
            tables[name][case] |= {key: "inf" for key in infinite.index}
    return tables


if __name__ == "__main__":
    main(sys.argv[1])
