"""Tasks in separate processes, none of which outlives the process that started it."""

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from multiprocessing.connection import wait

from common.errors import UserError


class ProcessPool:
    """A few processes, each with one task at a time; a context manager.

    Unlike with the standard library's pools, a process that dies fails the task it
    was working on and no other; and when the `with` block ends, be it by an error,
    Ctrl-C or SIGTERM, the processes are killed immediately. They start empty
    ("spawn"): nothing that the parent has imported, such as TensorFlow, is in them.

    Args:
        count: largest number of processes at a time.
        start: function called once in each process; returns the function from a
            task to its result.
        arguments: arguments of `start`.

    Raises:
        ValueError: `count` is below 1.
    """

    def __init__(self, count, start, arguments):
        if count < 1:
            raise ValueError(f"Expected at least one process. Received: count={count}")
        self._count = count
        self._arguments = (start, arguments)
        self._context = multiprocessing.get_context("spawn")
        self._processes = {}  # by the parent's end of their pipe
        self._old_handler = None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._old_handler = signal.signal(signal.SIGTERM, _exit_cleanly)
        return self

    def __exit__(self, *error):
        for process in self._processes.values():
            process.kill()
        for connection, process in self._processes.items():
            process.join()
            connection.close()
        self._processes.clear()
        if self._old_handler is not None:
            signal.signal(signal.SIGTERM, self._old_handler)

    def run(self, tasks):
        """Runs tasks; yields each outcome as soon as it is known.

        Args:
            tasks: iterable of whatever the function of `start` takes.

        Yields:
            `(task, result, error)`. Either result or error is None. The error is the
            `UserError` that the task raised, or a `RuntimeError` with the traceback
            of any other error, or with the reason for which the process died.
        """
        tasks, busy = iter(tasks), {}
        self._hand_out(tasks, busy)
        while busy:
            for connection in wait(busy):
                task = busy.pop(connection)
                try:
                    result, failure = connection.recv()
                except (EOFError, OSError):  # the process has died
                    result, failure = None, self._bury(connection)
                self._hand_out(tasks, busy)
                yield task, result, _rebuild(failure)

    def _hand_out(self, tasks, busy):
        while len(busy) < self._count:
            try:
                task = next(tasks)
            except StopIteration:
                return
            idle = [one for one in self._processes if one not in busy]
            connection = idle[0] if idle else self._start()
            busy[connection] = task
            try:
                connection.send(task)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the process has died: `recv` will report it

    def _start(self):
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(theirs, *self._arguments), daemon=True
        )
        process.start()
        theirs.close()  # so that the pipe ends with the process
        self._processes[ours] = process
        return ours

    def _bury(self, connection):
        process = self._processes.pop(connection)
        process.join()
        connection.close()
        if process.exitcode == -signal.SIGKILL:
            return "its process was killed, perhaps because memory ran out"
        return f"its process ended with exit code {process.exitcode}"


def _exit_cleanly(number, frame):
    sys.exit(128 + number)


def _rebuild(failure):
    if failure is None:
        return None
    is_text = isinstance(failure, str)
    return RuntimeError(failure) if is_text else UserError(*failure)


def _work(connection, start, arguments):
    """Runs in each process: one task after another, until the pipe is closed."""
    # Ctrl-C reaches the whole group; only the parent responds to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    function = start(*arguments)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        try:
            outcome = function(task), None
        except UserError as error:
            failure = (error.file, error.expected, error.received, error.next_step)
            outcome = None, failure
        except Exception:
            outcome = None, traceback.format_exc()
        connection.send(outcome)


def _exit_with_parent():
    """Ends the process when its parent was killed and could not end it."""
    multiprocessing.parent_process().join()
    os._exit(1)
