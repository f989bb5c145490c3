"""Speed of the LinkNet paper's networks, and of the data on its way to them.

    python -m benchmarks.linkdsl.bench [--parts train infer read loop] [--steps 5]

Every variant and what the suite ships run in processes of their own that take turns.
Rows go to `benchmarks/results/linkdsl.csv`.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.linkdsl.rows import COLUMNS, row
from benchmarks.linkdsl.sources import SOURCES
from benchmarks.linkdsl.variants import (
    AHEAD,
    LOOPS,
    PEAKS,
    SHIPPED,
    VARIANTS,
    Size,
    Task,
)
from benchmarks.linkdsl.worker import Worker
from benchmarks.shared.measure import interleave, prepare
from benchmarks.shared.options import add_choices, count, multiple_of
from benchmarks.shared.record import Record
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "linkdsl.csv"
CELL = ("part", "network", "image_size", "batch", "base_filters")
MEMBERS = ("variant", "source", "read_ahead")
ROUNDS = 5
INPUT_ROUNDS = 3
# Each variant's process takes about 1 GB; this many run beside the shipped one.
SIDE_BY_SIDE = 2


def main(arguments=None):
    """Measures, prints the tables and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_choices(parser, parts=PARTS)
    parser.add_argument("--image-size", type=multiple_of(32), default=128)
    parser.add_argument("--batch-size", type=count, default=8)
    parser.add_argument("--base-filters", type=multiple_of(16), default=64)
    parser.add_argument("--steps", type=count, default=5, help="timed training steps")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    size = Size(options.image_size, options.batch_size, options.base_filters)
    steps = max(options.steps // ROUNDS, 1)

    console, started = Console(), time.monotonic()
    record = Record(options.results, CELL, MEMBERS, console)
    for parts, measure in MEASURES:
        wanted = [part for part in parts if part in options.parts]
        if not wanted:
            continue
        rows = measure(size, steps, wanted, console.say)
        for part, columns in COLUMNS.items():
            show(console, [r for r in rows if r["part"] == part], part, columns)
        record.add(rows)
    minutes = (time.monotonic() - started) / 60
    console.say(f"rows: {options.results} ({minutes:.1f} min)")


def measure_networks(size, steps, parts, say):
    """Returns the rows of training, prediction and matrix products.

    Args:
        size: a `Size`.
        steps: timed training steps a round.
        parts: `"train"`, `"infer"` or both.
        say: function that shows a line of text.
    """

    def count_of(task):
        if task.part == "infer":
            return (2 * steps if task.size.batch > 1 else 4 * steps), 1
        return steps, 1

    home = Worker(SHIPPED.settings)
    one = replace(size, batch=1)
    peaks = prepare([(home, Task("peak", one, variant)) for variant in PEAKS], say)
    beside = prepare([(home, task) for task in tasks_of(SHIPPED, size, parts)], say)
    others = []
    for first in range(0, len(VARIANTS), SIDE_BY_SIDE):
        group = VARIANTS[first : first + SIDE_BY_SIDE]
        say(f"measuring: {', '.join(variant.name for variant in group)}")
        workers = [Worker(variant.settings) for variant in group]
        wanted = [
            (worker, task)
            for worker, variant in zip(workers, group, strict=True)
            for task in tasks_of(variant, size, parts)
        ]
        new = prepare(wanted, say)
        known = {_kind(measured.task) for _, measured in new}
        pairs = [pair for pair in beside if _kind(pair[1].task) in known] + new
        pairs.sort(key=lambda pair: _kind(pair[1].task))  # to compare neighbors
        rounds = range(first * ROUNDS, (first + 1) * ROUNDS)
        interleave(peaks + pairs, rounds, count_of)
        others += new
        for worker in workers:
            worker.close()
    home.close()

    peak = {measured.task.variant.dtype: measured for _, measured in peaks}
    shipped = {_kind(measured.task): measured for _, measured in beside}
    return [row(measured, None) for _, measured in peaks] + [
        row(m, shipped.get(_kind(m.task)), peak.get(m.task.variant.dtype))
        for _, m in beside + others
    ]


def measure_reading(size, steps, parts, say):
    """Returns the rows of reading alone; `measure_networks` says of what."""
    say("measuring: reading")
    home = Worker(SHIPPED.settings)
    reads = [(home, Task("read", size, source=source)) for source in SOURCES]
    reads = prepare(reads, say)
    interleave(reads, range(INPUT_ROUNDS), lambda task: (4 * steps, 1))
    home.close()
    return [row(measured, reads[0][1]) for _, measured in reads]


def measure_loops(size, steps, parts, say):
    """Returns the rows of trainings that read; `measure_networks` says of what."""
    say("measuring: trainings that read")
    workers = {v.settings: Worker(v.settings) for v, _, _ in LOOPS}
    loops = prepare(
        [
            (
                workers[variant.settings],
                Task("loop", size, variant, "linknet", source, ahead),
            )
            for variant, source, ahead in LOOPS
        ],
        say,
    )
    # The warm-up uses up what was read ahead while other tasks ran.
    interleave(loops, range(INPUT_ROUNDS), lambda task: (2 * steps, AHEAD + 1))
    for worker in workers.values():
        worker.close()
    return [row(measured, loops[0][1]) for _, measured in loops]


# What is measured together, and by what.
MEASURES = (
    (("train", "infer"), measure_networks),
    (("read",), measure_reading),
    (("loop",), measure_loops),
)
PARTS = tuple(part for parts, _ in MEASURES for part in parts)


def tasks_of(variant, size, parts):
    """Returns the tasks of one variant: training and prediction."""
    one, tasks = replace(size, batch=1), []
    for network in variant.networks:
        if "train" in parts and "train" in variant.parts:
            tasks.append(Task("train", size, variant, network))
        if "infer" in parts and "infer" in variant.parts:
            tasks += [Task("infer", s, variant, network) for s in (one, size)]
    return tasks


def show(console, rows, title, columns):
    """Prints one table."""
    cells = [["" if r[name] is None else r[name] for name in columns] for r in rows]
    console.table(columns, cells, title)


def _kind(task):
    """Returns what must be equal for two tasks to be compared."""
    return task.part, task.network, task.size.batch


if __name__ == "__main__":
    main()
