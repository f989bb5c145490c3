"""Measures tasks side by side, and makes rows of them.

Nothing is compared across runs or across minutes: a round visits each variant
in turn, and a ratio is the median of the rounds' own ratios.
"""

from statistics import median


class Measured:
    """The timings of one task, by round.

    Args:
        task: a `benchmarks.linkdsl.variants.Task`.
        description: what `Worker.prepare` said about it.
    """

    def __init__(self, task, description):
        self.task = task
        self.description = description
        self.rounds = {}

    @property
    def timings(self):
        """All timings, in order."""
        return [timing for timings in self.rounds.values() for timing in timings]

    @property
    def seconds(self):
        """The median wall time of one repetition."""
        return median(timing.wall for timing in self.timings)

    @property
    def cpu_seconds(self):
        """The median processor time of one repetition, all cores together."""
        return median(timing.cpu for timing in self.timings)

    @property
    def gflops(self):
        """Billions of floating-point operations a second."""
        return self.description["flop"] / self.seconds / 1e9

    def share_of(self, peak):
        """The median over common rounds of its GFLOP/s against the peak's."""
        work = self.description["flop"] / peak.description["flop"]
        return work * self.times_faster_than(peak)

    @property
    def waiting_share(self):
        """The share of all time that was spent waiting for data."""
        waited = sum(timing.waited for timing in self.timings)
        return waited / sum(timing.wall for timing in self.timings)

    def times_faster_than(self, other):
        """The median over common rounds of how many times faster it was."""
        return median(
            median(timing.wall for timing in other.rounds[number])
            / median(timing.wall for timing in timings)
            for number, timings in self.rounds.items()
            if number in other.rounds
        )


def prepare(worker_and_tasks, say):
    """Prepares tasks, each in its worker, at once; returns `(worker, Measured)`.

    A task that cannot be prepared here (an op or a precision that the machine
    lacks) is reported and left out.
    """
    futures = [(w, task, w.prepare(task)) for w, task in worker_and_tasks]
    prepared = []
    for worker, task, future in futures:
        try:
            prepared.append((worker, Measured(task, future.result())))
        except Exception as error:  # whatever the framework raises
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            say(f"left out: {task.variant.name}, {task.part}: {reason}")
    return prepared


def interleave(prepared, numbers, count_of):
    """Repeats all tasks in rounds, side by side.

    Args:
        prepared: `(worker, Measured)` pairs; equal parts next to each other.
        numbers: the rounds' numbers.
        count_of: function from a task to `(repetitions, warm-up)` a round.
    """
    for number in numbers:
        for worker, measured in prepared:
            count, warm_up = count_of(measured.task)
            measured.rounds[number] = worker.run(measured.task, count, warm_up)


def row(measured, shipped, peak=None):
    """Returns one row of the table, numbers rounded to what they mean.

    Args:
        measured: a `Measured`.
        shipped: that of what the suite ships, or None.
        peak: that of the matrix products in the same rounds, or None.
    """
    task = measured.task
    seconds, images = measured.seconds, task.size.batch
    result = {
        "part": task.part,
        "network": task.network,
        "variant": task.variant.name,
        "source": task.source,
        "read_ahead": task.ahead,
        "threads": measured.description["threads"],
        "batch": images,
        "ms": round(1e3 * seconds, 3),
        "cpu_ms": round(1e3 * measured.cpu_seconds, 3),
        "ms_per_image": round(1e3 * seconds / images, 3),
        "images_per_s": round(images / seconds, 2),
        "gflops": None,
        "peak_gflops": None,
        "share_of_peak": None,
        "waiting_share": None,
        "ratio_to_shipped": None,
        "repetitions": len(measured.timings),
    }
    if shipped is not None:
        result["ratio_to_shipped"] = round(measured.times_faster_than(shipped), 3)
    if measured.description["flop"]:
        result["gflops"] = round(measured.gflops, 1)
        if peak:
            result["peak_gflops"] = round(peak.gflops, 1)
            result["share_of_peak"] = round(measured.share_of(peak), 3)
    if task.part == "loop":
        result["waiting_share"] = round(measured.waiting_share, 4)
    return result
