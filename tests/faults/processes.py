"""Runs of a command line in processes that have imported everything, and their end."""

import errno
import os
import select
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

# What writes, by the name of its audit event; `open` counts where it opens for writing.
_WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink"}
_WRITES |= {"os.truncate", "os.chmod"}
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Args:
        code: its exit code, or minus the signal that ended it.
        seconds: how long it ran.
        writes: how often it opened, made, renamed or removed something in its folder;
            None where it was killed.
        output: what it printed.
    """

    code: int
    seconds: float
    writes: int | None
    output: str

    @property
    def was_killed(self):
        """Whether it was killed, before it had ended by itself."""
        return self.code == -signal.SIGKILL


def run(folder, work, after=None, at_write=None, refused_from=None):
    """Runs a function in a process of its own and waits for its end.

    Args:
        folder: where it runs.
        work: function without arguments, which may end with `SystemExit`.
        after: seconds after which the process is killed, or None.
        at_write: number, from 1, of the write before which it is killed, or None.
        refused_from: number of the write from which on all are refused, or None.

    Returns:
        An `Ended`.
    """
    process = _start(folder, work, at_write, refused_from)
    if after is not None:
        _kill_after(process.id, after)
    return process.end()


def run_at_once(folder, work, count=2):
    """Runs a function in several processes at the same time; returns their `Ended`."""
    processes = [_start(folder, work, number=number) for number in range(count)]
    return [process.end() for process in processes]


def run_frozen(folder, work, moments, look):
    """Runs a function in a process of its own that stands still at some moments.

    Then the folder is as a kill at that moment would have left it.

    Args:
        folder: where it runs.
        work: function without arguments.
        moments: seconds after which it stands still, ascending, of those that it ran.
        look: function that takes the moment, while the process stands still.

    Returns:
        An `Ended`.
    """
    process, ran = _start(folder, work), 0.0
    descriptor = os.pidfd_open(process.id)
    try:
        for moment in moments:
            begun = time.monotonic()
            select.select([descriptor], [], [], max(moment - ran, 0))
            ran += time.monotonic() - begun
            if not _stopped(process.id):
                break  # it has ended by itself
            look(moment)
            _signal(process.id, signal.SIGCONT)
    finally:
        os.close(descriptor)
    return process.end()


def _stopped(process):
    """Has a process and its children stand still; False if it has ended by itself."""
    # It is not waited for: that is for the end.
    options = os.WSTOPPED | os.WEXITED | os.WNOWAIT | os.WNOHANG
    while True:
        _signal(process, signal.SIGSTOP)
        for _ in range(100):
            found = os.waitid(os.P_PID, process, options)
            if found is not None:
                return found.si_code == os.CLD_STOPPED
            time.sleep(0.001)
        # It waits until a child that stands still has become another program.
        _signal(process, signal.SIGCONT)
        time.sleep(0.01)


def _signal(process, number):
    """Sends a signal to a process and its children."""
    try:
        os.killpg(process, number)
    except ProcessLookupError:  # it has not made its group yet
        os.kill(process, number)


@dataclass(frozen=True)
class _Process:
    id: int
    output: Path
    writes: Path
    started: float

    def end(self):
        code = os.waitstatus_to_exitcode(os.waitpid(self.id, 0)[1])
        seconds = time.monotonic() - self.started
        output, writes = (
            p.read_text(errors="replace") for p in (self.output, self.writes)
        )
        for path in (self.output, self.writes):
            path.unlink()
        return Ended(code, seconds, int(writes) if writes else None, output)


def _start(folder, work, at_write=None, refused_from=None, number=0):
    beside = [Path(f"{folder}.{number}.{kind}") for kind in ("output", "writes")]
    for path in beside:
        path.write_text("")
    started = time.monotonic()
    process = os.fork()
    if not process:
        _become(folder, work, (at_write, refused_from), *beside)
    return _Process(process, *beside, started)


def _kill_after(process, seconds):
    descriptor = os.pidfd_open(process)
    try:
        select.select([descriptor], [], [], seconds)
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        return  # it has ended by itself
    finally:
        os.close(descriptor)


def _become(folder, work, faults, output, writes):
    """Runs the work and ends the process; never returns."""
    code = 1
    try:
        os.setsid()
        sys.stdout = sys.stderr = open(output, "w", encoding="utf-8")
        for stream in (1, 2):
            os.dup2(sys.stdout.fileno(), stream)
        os.chdir(folder)
        count = _count_writes(os.path.realpath(folder), *faults)
        try:
            work()
            code = 0
        except SystemExit as stopped:
            code = stopped.code or 0
        writes.write_text(str(count()))
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _count_writes(folder, at_write, refused_from):
    """Counts what this process writes in a folder; kills it before one, or refuses."""
    own, count = os.getpid(), 0

    def is_within(path):
        if isinstance(path, int) or path is None:
            return False
        path = os.fsdecode(path)
        return not os.path.isabs(path) or path.startswith(f"{folder}/")

    def changes_nothing(event, arguments):
        if event == "os.mkdir":
            return os.path.lexists(arguments[0])
        # Of what is in an opened folder, the path is not known.
        known = event == "os.remove" and arguments[1] == -1
        return known and not os.path.lexists(arguments[0])

    def hook(event, arguments):
        nonlocal count
        if event == "open":
            path, _, flags = arguments
            if not flags & _FOR_WRITING or not is_within(path):
                return
        elif event not in _WRITES or not is_within(arguments[0]):
            return
        if changes_nothing(event, arguments) or os.getpid() != own:
            return
        count += 1
        if count == at_write:
            os.kill(own, signal.SIGKILL)
        if refused_from is not None and count >= refused_from:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), arguments[0])

    sys.addaudithook(hook)
    return lambda: count
