"""What a preparation shows while it runs."""

import math
import time
from pathlib import Path

from common.errors import UserError
from data.integrity import check_command
from data.prepared.estimates import duration_text, size_text

SECONDS_BETWEEN_LINES = 5.0


def counted(items, description, say):
    """Yields the items of a list, and shows every few seconds how many are done.

    Args:
        items: the list.
        description: what follows the two numbers in the line, such as
            `"cases hashed"`.
        say: function that shows a line of text.
    """
    last_line = time.monotonic()
    for done, item in enumerate(items):
        if time.monotonic() - last_line >= SECONDS_BETWEEN_LINES:
            last_line = time.monotonic()
            say(f"{done} of {len(items)} {description}")
        yield item


class Progress:
    """What has been written, what has failed, and how long the rest will take.

    Args:
        cache: the `data.prepared.volume_cache.VolumeCache` that is filled.
        processes: number of processes at work.
        total: number of cases to prepare.
        say: function that shows a line of text.

    Attributes:
        written: number of cases written so far.
    """

    def __init__(self, cache, processes, total, say):
        self.written = 0
        self._folder = cache.folder
        self._processes, self._total, self._say = processes, total, say
        self._failures, self._dropped = {}, {}
        self._bytes, self._seconds, self._memory = 0, 0.0, 0
        self._last_line = None  # no line before the estimate

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
            self._say_now_and_then()

    def say_estimate(self, cases):
        """Shows what the remaining cases will take, judging by those written.

        Args:
            cases: number of remaining cases.
        """
        size = size_text(self._bytes / self.written * cases)
        self._say(f"{cases} more will take about {size} and {self._time(cases)}")
        self._last_line = time.monotonic()

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

    def _say_now_and_then(self):
        left = self._total - self.written - len(self._failures)
        if not left or self._last_line is None:
            return
        if time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            done = self._total - left
            self._say(f"{done} of {self._total}, {self._time(left)} left")

    def _time(self, cases):
        rounds = math.ceil(cases / self._processes)
        return duration_text(self._seconds / self.written * rounds)


def _is_about(error, folder):
    return isinstance(error, UserError) and Path(error.file).is_relative_to(folder)
