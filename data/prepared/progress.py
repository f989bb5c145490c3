"""What a preparation shows while it runs."""

import math
from pathlib import Path

from common.errors import UserError
from data.integrity import check_command
from data.prepared.estimates import duration_text, size_text


class Progress:
    """What has been written, what has failed, and how long the rest will take.

    Args:
        cache: the `data.prepared.volume_cache.VolumeCache` that is filled.
        processes: number of processes at work.
        total: number of cases to prepare.
        say: function that shows a line of text.
        note: function that shows a line in place of the one before.

    Attributes:
        written: number of cases written so far.
    """

    def __init__(self, cache, processes, total, say, note):
        self.written = 0
        self._folder = cache.folder
        self._processes, self._total = processes, total
        self._say, self._note = say, note
        self._failures, self._dropped = {}, {}
        self._bytes, self._seconds, self._memory = 0, 0.0, 0
        self._estimated = False

    def note(self, outcomes):
        """Follows cases as they are prepared.

        Args:
            outcomes: `(task, result, error)` of each case, as
                `data.prepared.processes.ProcessPool.run` yields them.

        Raises:
            UserError: the cache's folder cannot be written: every other case would
                fail for the same reason.
        """
        for (case_id, *_), result, error in outcomes:
            if error is None:
                size, seconds, memory, dropped = result
                if dropped:
                    self._dropped[case_id] = dropped
                self.written += 1
                self._bytes += size
                self._seconds += seconds
                self._memory = max(self._memory, memory)
            elif _is_about(error, self._folder):
                raise error
            else:
                self._failures[case_id] = error
            self._show_time_left()

    def say_estimate(self, cases):
        """Shows what the remaining cases will take, judging by those written.

        Args:
            cases: number of remaining cases.
        """
        size = size_text(self._bytes / self.written * cases)
        self._say(f"{cases} more will take about {size} and {self._time(cases)}")
        self._estimated = True

    def finish(self, dataset):
        """Shows what was prepared.

        Args:
            dataset: the data set, for the message about failed cases.

        Raises:
            UserError: cases have failed; all are named.
        """
        if self.written:
            self._say(
                f"prepared {self.written} cases, {size_text(self._bytes)}, "
                f"at most {size_text(self._memory)} of memory per process"
            )
        if self._dropped:
            cases = (f"{case_id} ({n})" for case_id, n in self._dropped.items())
            self._say(
                f"{sum(self._dropped.values())} labeled voxels lie outside of all "
                f"images and were left out: {', '.join(cases)}"
            )
        if self._failures:
            failures = "".join(
                f"\n  {case_id}: {error}" for case_id, error in self._failures.items()
            )
            command = check_command(dataset.release, dataset.root)
            raise UserError(
                dataset.root,
                "cases that can all be prepared",
                f"{len(self._failures)} of {self._total} that cannot:{failures}\n",
                f"{command}; repair or remove them, then run the command again; the "
                "others are kept",
            )

    def _show_time_left(self):
        left = self._total - self.written - len(self._failures)
        if left and self._estimated:
            done = self._total - left
            self._note(f"{done} of {self._total}, {self._time(left)} left")

    def _time(self, cases):
        rounds = math.ceil(cases / self._processes)
        return duration_text(self._seconds / self.written * rounds)


def _is_about(error, folder):
    return isinstance(error, UserError) and Path(error.file).is_relative_to(folder)
