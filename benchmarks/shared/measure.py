"""Measures side by side and compares round by round.

Nothing is compared across runs or across minutes: a round visits each variant
in turn, and a ratio is the median of the rounds' own ratios.
"""

from statistics import median


def median_ratio(timings, others, column=0):
    """Returns how many times as long as the others something took.

    Args:
        timings: `(wall, cpu)` seconds, one pair per round.
        others: those of what it is compared with, from the same rounds.
        column: 0 compares wall time, 1 processor time.

    Returns:
        The median of the rounds' ratios, to three digits.
    """
    pairs = zip(timings, others, strict=True)
    return round(median(one[column] / other[column] for one, other in pairs), 3)


class Measured:
    """The timings of one task by round.

    Args:
        task: what is measured; `prepare` names its `variant` and `part` where it
            cannot be.
        description: a dict with the number of operations of one repetition, `flop`.
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
        """Billions of floating-point operations per second."""
        return self.description["flop"] / self.seconds / 1e9

    def share_of(self, peak):
        """The median over common rounds of its share of the peak's GFLOP/s."""
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
    """Prepares all tasks together, each in its worker; returns `(worker, Measured)`.

    A task that cannot be prepared here, because the machine lacks an op or a
    precision, is reported and left out.
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
        prepared: `(worker, Measured)` pairs; tasks to compare stand next to each
            other.
        numbers: the rounds' numbers.
        count_of: function from a task to its `(repetitions, warm-up)` per round.
    """
    for number in numbers:
        for worker, measured in prepared:
            count, warm_up = count_of(measured.task)
            measured.rounds[number] = worker.run(measured.task, count, warm_up)
