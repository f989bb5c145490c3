"""One scenario: run undisturbed, then with a fault and again, and compared."""

import os
import random
import shutil
import tempfile
from functools import partial
from pathlib import Path

from tests.disks import small_disk
from tests.faults import patches, places, trees
from tests.faults.processes import run, run_at_once, run_frozen

_AT_ONCE = 25  # moments of one run
_TRIES = 40  # of a moment at which the verb has not ended yet
_PAGE = 4096  # bytes
_SHOWN = 6  # differences of one kill


class Killing:
    """A scenario in a folder of its own.

    A fault is followed by a run to the end, and that by a comparison.

    Args:
        scenario: a `Scenario`.
        folder: an empty folder.
        server: a `tests.data.download.server.Server`, which gets the base's `server/`.

    Attributes:
        writes: how often an undisturbed run writes.
        states: what was wrong, by a hash of the files that a fault has left.
        trouble: what is wrong with undisturbed runs: they fail, or differ.
    """

    def __init__(self, scenario, folder, server):
        self._scenario, self._url = scenario, server.url
        self._base, self._work = folder / "base", folder / "work"
        self._seen = folder / "seen"
        self._base.mkdir(parents=True)
        getattr(places, scenario.place)(self._base, self._fill)
        for path in self._base.glob("server/*"):
            server.content[f"/{path.name}"] = path.read_bytes()
        self.states = {}
        self._before = trees.names(self._base)
        first = self._undisturbed()
        self._expected, self._room = trees.contents(self._work), _pages(self._work)
        second = self._undisturbed()
        self.writes, self._seconds = second.writes, (first.seconds + second.seconds) / 2
        self.trouble = self._checked()

    def at_moments(self, count, seed=0):
        """Kills at random moments.

        Args:
            count: number of kills; a run that ends before its moment is none.
            seed: of the moments, which depend on it and on the scenario alone.

        Yields:
            For each kill, when it was and what is wrong then.
        """
        moments = random.Random(f"{self._scenario.id} {seed}")
        for _ in range(count):
            for _ in range(_TRIES):
                share = moments.random()
                ended = self._run(after=share * self._seconds)
                if ended.was_killed:
                    yield f"at {share:.0%} of the time", self._after()
                    break

    def frozen(self, count, seed=0):
        """Looks at what kills at random moments would leave, many in one run.

        The process stands still meanwhile. Only what no fault has left before is kept,
        and the verb run again on it.

        Yields:
            As `at_moments`.
        """
        moments = random.Random(f"{self._scenario.id} frozen {seed}")
        for _ in range(_TRIES + count):
            if count <= 0:
                return
            shares = sorted(moments.random() for _ in range(min(count, _AT_ONCE)))
            for moment, state in self._frozen([s * self._seconds for s in shares]):
                count -= 1
                yield f"frozen after {moment:.2f} s", self._after(state)

    def _frozen(self, moments):
        """Returns moments of one run, and a hash of what was there."""
        found = []

        def look(moment):
            state = trees.state(self._work)
            found.append((moment, state))
            if state not in self.states and not (self._seen / state).exists():
                shutil.copytree(self._work, self._seen / state, symlinks=True)

        self._renew()
        verb = partial(self._verb, self._scenario.words)
        ended = run_frozen(self._work, verb, moments, look)
        if ended.code != self._scenario.code:
            raise RuntimeError(f"{self._scenario.id}: {ended.code}: {ended.output}")
        return found

    def at_writes(self, count, seed=0):
        """Kills before each write, or before `count` of them that a seed chooses.

        Yields:
            As `at_moments`.
        """
        for number in self._numbers(count, seed):
            # Not the same number each time where a clock decides what is saved.
            if self._run(at_write=number).was_killed:
                yield f"before write {number}", self._after()

    def read_only(self, count, seed=0):
        """Refuses all writes from one on, as where a disk is mounted read-only.

        Yields:
            As `at_moments`.
        """
        for number in self._numbers(count, seed):
            ended = self._run(refused_from=number)
            wrong = [f"after code {ended.code}: {one}" for one in self._after()]
            if "Traceback" in ended.output:
                wrong.append(f"a traceback: {ended.output[-300:]}")
            yield f"read-only from write {number}", wrong

    def full_disk(self, count, seed=0):
        """Runs the verb on disks with room for a share of what it adds.

        One that only replaces files gets room for a share of the largest: the new one
        is written beside the old one.

        The verb is run again where there is more room. Only root can mount such disks.

        Yields:
            As `at_moments`.
        """
        shares = random.Random(f"{self._scenario.id} disk {seed}")
        before = _pages(self._base)
        more = self._room - before
        if more <= 0:
            more = _largest(self._work)
        for _ in range(count if self.writes and not os.geteuid() else 0):
            share = shares.random()
            size = before + int(share * more)
            with tempfile.TemporaryDirectory() as folder:
                disk = Path(folder).resolve() / "work"
                disk.mkdir()
                with small_disk(disk, size):
                    shutil.copytree(self._base, disk, True, dirs_exist_ok=True)
                    ended = run(disk, partial(self._verb, self._scenario.words))
                    shutil.rmtree(self._work)
                    shutil.copytree(disk, self._work, symlinks=True)
            wrong = [f"after code {ended.code}: {one}" for one in self._after()]
            if "Traceback" in ended.output:
                wrong.append(f"a traceback: {ended.output[-300:]}")
            yield f"a disk with {share:.0%} of the room", wrong

    def at_once(self, count, seed=0):
        """Runs the verb twice at the same time in one folder.

        Yields:
            As `at_moments`.
        """
        for number in range(count):
            self._renew()
            ends = run_at_once(self._work, partial(self._verb, self._scenario.words))
            wrong = [
                f"code {one.code}: {one.output[-300:]}"
                for one in ends
                if one.code != self._scenario.code
            ]
            yield f"two at once, {number + 1}", wrong + self._checked()

    def clock(self, count, seed=0):
        """Runs the verb while the clock goes backwards, and then as usual.

        Yields:
            As `at_moments`.
        """
        for number in range(count):
            self._renew()
            ended = run(self._work, self._backwards)
            code = [f"code {ended.code}"] if ended.code != self._scenario.code else []
            yield f"clock, {number + 1}", code + self._checked() + self._after()

    def _backwards(self):
        patches.backwards()
        self._verb(self._scenario.words)

    def _numbers(self, count, seed):
        if count >= self.writes:
            return range(1, self.writes + 1)
        chosen = random.Random(f"{self._scenario.id} writes {seed}")
        return sorted(chosen.sample(range(1, self.writes + 1), count))

    def _after(self, state=None):
        """Returns what is wrong after a fault, and after the verb was run again.

        Where another fault has left the very same files, that is known.

        Args:
            state: of files that were kept; None for those of the last run.
        """
        is_kept = state is not None
        state = state or trees.state(self._work)
        if state not in self.states:
            if is_kept:
                shutil.rmtree(self._work)
                (self._seen / state).rename(self._work)
            self.states[state] = self._run_again()
        return self.states[state]

    def _run_again(self):
        wrong = trees.half_written(self._work)
        wrong += [f"lost: {name}" for name in self._before - trees.names(self._work)]
        ended = self._run(fresh=False)
        if ended.code != self._scenario.code:
            return [*wrong, f"code {ended.code}: {ended.output[-400:]}"]
        return (wrong + self._checked())[:_SHOWN]

    def _checked(self):
        """Returns what is wrong in a folder in which the verb has come to its end."""
        wrong = trees.differences(self._expected, trees.contents(self._work))
        return wrong + [f"left: {name}" for name in trees.left_over(self._work)]

    def _undisturbed(self):
        ended = self._run()
        if ended.code != self._scenario.code:
            raise RuntimeError(f"{self._scenario.id}: {ended.code}: {ended.output}")
        return ended

    def _run(self, fresh=True, **kill):
        if fresh:
            self._renew()
        return run(self._work, partial(self._verb, self._scenario.words), **kill)

    def _renew(self):
        shutil.rmtree(self._work, ignore_errors=True)
        shutil.copytree(self._base, self._work, symlinks=True)

    def _fill(self, work):
        """Runs a function, or a command line, to fill the folder."""
        ended = run(self._base, work if callable(work) else partial(self._verb, work))
        if ended.code:
            raise RuntimeError(f"{self._scenario.place}: {ended.output}")

    def _verb(self, words):
        if self._scenario.patch is not None:
            self._scenario.patch(self._url)
        run_verb(words)


def _pages(folder):
    """Returns the bytes that a folder takes of a disk in memory."""
    sizes = (path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    return max(sum(-(-size // _PAGE) * _PAGE for size in sizes), _PAGE)


def _largest(folder):
    """Returns the bytes of the largest file of a folder."""
    return max((p.lstat().st_size for p in folder.rglob("*") if p.is_file()), default=0)


def run_verb(words):
    """Runs a command line in this process, whose command it becomes."""
    import sys

    from papers.engine.cli.app import main

    sys.argv = ["papers", *words]
    main(list(words))
