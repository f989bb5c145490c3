"""Speed of the pipelines of volumes, compared with nibabel doing the same work.

    python -m benchmarks.data.bench [--data FOLDER] [--cases 4] [--rounds 5]

Each pipeline reads the same batches from the prepared cache and from the NIfTI
files, in turns, after a check that the arrays are equal. All files are in the page
cache. `slower` is the median over the rounds of how many times as long as the
prepared cache a source took; on a machine that does other work too, `slower_cpu`,
the same of processor time, says more. Rows go to `benchmarks/results/data.csv`.
"""

import argparse
import itertools
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

import nibabel
import numpy as np

from benchmarks.data.sources import sources
from benchmarks.shared.options import count, folder
from benchmarks.shared.record import Record
from data.batches.patch_rule import PatchRule
from data.batches.patches import PatchSampler
from data.batches.placement import Placement
from data.batches.slice_index import SliceIndex
from data.batches.slices import SliceReader, slice_batches
from data.batches.volumes import VolumeReader, volume_batches
from data.volume.views import VIEWS
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "data.csv"
CELL = ("pipeline", "data", "cases")
COLUMNS = (
    *("pipeline", "source", "batch", "ms", "cpu_ms", "examples_per_s"),
    *("slower", "slower_cpu"),
)


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=folder, help="NIfTI cases. Default: a phantom")
    parser.add_argument(
        "--cases", type=count, default=4, help="maximum number of cases to read"
    )
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console, started = Console(), time.monotonic()
    version = nibabel.__version__
    record = Record(options.results, CELL, ("source",), console, nibabel=version)
    rows = []
    with tempfile.TemporaryDirectory() as work:
        found = sources(work, options.data, options.cases, console.say)
        name, case_ids, readers = found
        for pipeline, (batch, open_pipeline) in PIPELINES.items():
            console.say(f"measuring: {pipeline}")
            opened = {
                s: open_pipeline(reader, case_ids) for s, reader in readers.items()
            }
            rows += measure(pipeline, batch, opened, options.rounds)
    cells = [[row[column] for column in COLUMNS] for row in rows]
    console.table(COLUMNS, cells, f"{name}, {len(case_ids)} cases")
    of_data = {"data": name, "cases": len(case_ids)}
    record.add([row | of_data for row in rows])
    minutes = (time.monotonic() - started) / 60
    console.say(f"rows: {options.results} ({minutes:.1f} min)")


def measure(pipeline, batch, opened, rounds):
    """Reads the same batches from each source in turns.

    Args:
        pipeline: the pipeline's name.
        batch: examples per batch.
        opened: an iterator of batches for each source; the others are compared with
            the first.
        rounds: timed batches of each source; one more is read to check them.

    Returns:
        One row per source.

    Raises:
        ValueError: two sources gave different arrays.
    """
    first, *others = [(name, next(batches)) for name, batches in opened.items()]
    for name, arrays in others:
        if not all(map(np.array_equal, arrays, first[1])):
            raise ValueError(f"{pipeline}: {name} and {first[0]} gave different arrays")
    timings = {name: [] for name in opened}
    for _ in range(rounds):
        for name, batches in opened.items():
            wall, cpu = time.perf_counter(), time.process_time()
            next(batches)
            timings[name].append(
                (time.perf_counter() - wall, time.process_time() - cpu)
            )
    rows = []
    for name, measured in timings.items():
        wall, cpu = (median(column) for column in zip(*measured, strict=True))
        ratios = np.divide(measured, timings[first[0]])
        rows.append(
            {
                "pipeline": pipeline,
                "source": name,
                "batch": batch,
                "ms": round(1e3 * wall, 1),
                "cpu_ms": round(1e3 * cpu, 1),
                "examples_per_s": round(batch / wall, 2),
                "slower": round(median(ratios[:, 0]), 2),
                "slower_cpu": round(median(ratios[:, 1]), 2),
                "repetitions": rounds,
            }
        )
    return rows


def slices(source, case_ids):
    """Whole axial slices of four modalities, as z-scores of the brain."""
    index = SliceIndex.of(source, case_ids)
    return map(SliceReader(source), slice_batches(index, SLICES, seed=0))


def patches(view, source, case_ids):
    """Patches of 19 slices with labels of 11, drawn with and without tumor."""
    rule = PatchRule((19, 64, 64), (11, 64, 64), view)
    return map(PatchSampler(source, case_ids, rule, PATCHES, seed=0), itertools.count())


def volumes(source, case_ids):
    """Foreground boxes, resampled to a cube."""
    place = partial(Placement.resized, shape=(128, 128, 128))
    return map(VolumeReader(source, place), volume_batches(case_ids, 1, seed=0))


SLICES, PATCHES = 8, 5
PIPELINES = {
    "slices 240x240": (SLICES, slices),
    **{f"patches 19x64x64, {v}": (PATCHES, partial(patches, v)) for v in VIEWS},
    "volumes to 128x128x128": (1, volumes),
}


if __name__ == "__main__":
    main()
