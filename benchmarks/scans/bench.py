"""What preparation regains of moved scans: registration error and Dice of the masks.

    python -m benchmarks.scans.bench --data FOLDER

makes raw scans, as DICOM series, out of whole cases of BraTS
(`benchmarks.scans.synthesize`), prepares and segments them as `papers.segment` does,
and compares with the untouched case moved the same way. One row per case and kind of
grid, written after each scan; a scan that has its row is not measured again.
"""

import argparse
import functools
import itertools
import tempfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from benchmarks.scans.dicom_files import write_series
from benchmarks.scans.synthesize import (
    Grid,
    as_scanned,
    draw_move,
    middle_of,
    read_case,
)
from benchmarks.scans.table import add_row, holds
from common.metrics.regions import REGIONS
from data.brats.labels import to_canonical
from data.scans.find import find_cases, find_scan, release_of
from data.scans.preparation import REFERENCE
from data.volume.files import read_volume
from data.volume.itk import geometry_of, to_image
from papers import registry
from papers.engine.environment import commit
from papers.engine.predict.own_scan import segment_with
from papers.engine.predict.preparation import NAMES
from papers.engine.predict.returned import RETURNED
from papers.engine.predict.scan_folder import ScanFolder
from papers.engine.quiet import import_tensorflow

# The grids of the four modalities, in the order of the rows.
KINDS = {
    "1 mm": {
        "flair": Grid("LSA", 1),
        "t1": Grid("PSL", 1),
        "t1ce": Grid("LPS", 1),
        "t2": Grid("LPS", 1),
    },
    "T1ce 1 mm, others 5 mm": {
        "flair": Grid("LPS", 5),
        "t1": Grid("PSL", 5),
        "t1ce": Grid("PSL", 1),
        "t2": Grid("LPS", 5),
    },
    "5 mm": {
        "flair": Grid("LPS", 5),
        "t1": Grid("LPS", 5),
        "t1ce": Grid("LPS", 5),
        "t2": Grid("LSA", 5),
    },
}
_POINTS = 20000  # of the brain, at which the error is measured


def main(arguments=None):
    """Measures the scans that the table does not have yet, and adds their rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of cases")
    parser.add_argument("--weights", type=Path, help="of anisocascade")
    parser.add_argument("--out", type=Path, default=Path("results/own_scan.csv"))
    parser.add_argument("--cases", type=int, help="the first ones only")
    parser.add_argument("--kinds", default=",".join(map(str, range(len(KINDS)))))
    given = parser.parse_args(arguments)
    cases = list(enumerate(find_cases(given.data)[: given.cases]))
    kinds = [list(KINDS)[int(one)] for one in given.kinds.split(",")]
    import_tensorflow()
    segmenter = registry.paper("anisocascade").inference.segmenter(
        given.weights or Path("weights/anisocascade")
    )
    # Once per case, and for a killed table only where a scan is missing.
    untouched = functools.cache(lambda folder: segmenter.segment(find_scan(folder)))
    for kind, (number, (name, folder)) in itertools.product(kinds, cases):
        if holds(given.out, name, kind):
            continue
        case = find_scan(folder)
        truth, _ = read_volume(case.label)
        truth = to_canonical(truth, release_of(case.images), case.label)
        seed = 100 * number + list(KINDS).index(kind)
        labels = untouched(folder).labels
        row = {"case": name, "grids": kind}
        row |= measure(read_case(case), labels, truth, KINDS[kind], seed, segmenter)
        row |= {"command": _command(given.data), "commit": commit()}
        print(row, flush=True)
        add_row(given.out, row)


def measure(images, untouched, truth, grids, seed, segmenter):
    """Returns the columns of one scan.

    Args:
        images: SimpleITK image by modality, of one case.
        untouched: labels of the segmenter on that case.
        truth: the case's own labels.
        grids: `Grid` by modality.
        seed: of the moves.
        segmenter: what made `untouched`.
    """
    middle = middle_of(images[REFERENCE])
    moves = {n: draw_move(middle, seed, i) for i, n in enumerate(sorted(images))}
    raws = {n: as_scanned(images[n], moves[n], grids[n]) for n in images}
    geometry = geometry_of(images[REFERENCE])

    def moved(labels):
        image = to_image(labels.astype(np.uint8), geometry, "labels")
        return _moved(image, moves[REFERENCE], raws[REFERENCE].image)

    brain = moved(sitk.GetArrayViewFromImage(images[REFERENCE]) != 0)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        sources = {}
        for number, (name, raw) in enumerate(raws.items(), 1):
            write_series(folder / "in", raw.image, number, {"0008|103e": name})
            sources[name] = f"{folder / 'in'}#{number}"
        mask = sitk.GetImageFromArray(brain)
        mask.CopyInformation(raws[REFERENCE].image)
        sitk.WriteImage(mask, folder / "brain.nii.gz")
        out = ScanFolder(folder / "out", (*NAMES, *RETURNED))
        brain_file = folder / "brain.nii.gz"
        found = segment_with(segmenter, sources, out, brain_file, say=_silent)
        errors = {
            name: _errors(
                sitk.ReadTransform(str(folder / "out" / f"{name}.tfm")),
                *(moves[name], moves[REFERENCE], mask),
            )
            for name in sorted(images)
            if name != REFERENCE
        }
    row = {}
    for name, apart in errors.items():
        row[f"{name}_mean_mm"] = f"{apart.mean():.3f}"
        row[f"{name}_worst_mm"] = f"{apart.max():.3f}"
    expected, real = moved(untouched), moved(truth)
    for region, values in REGIONS.items():
        row[f"{region}_dice_of_moved_mask"] = _dice(found.labels, expected, values)
    for region, values in REGIONS.items():
        row[f"{region}_dice_of_truth"] = _dice(found.labels, real, values)
        row[f"{region}_dice_of_truth_untouched"] = _dice(untouched, truth, values)
    return row


def _moved(image, move, reference):
    """Returns labels moved onto the grid of the reference, uint8."""
    back = sitk.Resample(
        image, reference, move, sitk.sitkLabelLinear, 0, sitk.sitkUInt8
    )
    return sitk.GetArrayFromImage(back)


def _errors(found, own, of_reference, mask):
    """Returns in mm how far points of the brain are put beside their true place."""
    index = np.argwhere(sitk.GetArrayViewFromImage(mask))[:, ::-1]
    index = index[:: max(1, len(index) // _POINTS)].astype(float)
    back, apart = own.GetInverse(), []
    for one in index:
        place = mask.TransformContinuousIndexToPhysicalPoint(one.tolist())
        true = back.TransformPoint(of_reference.TransformPoint(place))
        apart.append(np.linalg.norm(np.subtract(found.TransformPoint(place), true)))
    return np.array(apart)


def _silent(line):
    """Shows nothing."""


def _dice(one, other, values):
    one, other = np.isin(one, values), np.isin(other, values)
    return f"{2 * (one & other).sum() / max(one.sum() + other.sum(), 1):.4f}"


def _command(data):
    """Returns the command of a row, with the folder named as the data set's own."""
    return f"python -m benchmarks.scans.bench --data {data.resolve().name}"


if __name__ == "__main__":
    main()
