"""Tasks in processes of their own, none of which outlives the one that began it."""

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from multiprocessing.connection import wait

from common.errors import UserError


class Workers:
    """A few processes, each with one task at a time; use it in a `with`.

    Unlike the standard library's pools, a process that dies fails the task it
    was at and no other, and at the end of the `with`, by an error, Ctrl-C or
    SIGTERM too, the processes are killed at once. They begin empty ("spawn"):
    nothing that the parent has imported, such as TensorFlow, is in them.

    Args:
        count: most processes at once.
        start: function called once in each process; returns the function from a
            task to its result.
        arguments: arguments of `start`.
    """

    def __init__(self, count, start, arguments):
        if count < 1:
            raise ValueError(f"Expected at least one worker. Received: count={count}")
        self._count = count
        self._arguments = (start, arguments)
        self._context = multiprocessing.get_context("spawn")
        self._processes = {}  # by the parent's end of their pipe
        self._old_handler = None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._old_handler = signal.signal(signal.SIGTERM, _exit_in_order)
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
        """Yields `(task, result, error)` in the order in which they end.

        One of result and error is None. The error is the `UserError` of the
        task, or a `RuntimeError` with the traceback of any other.
        """
        tasks, busy = iter(tasks), {}
        self._hand_out(tasks, busy)
        while busy:
            for connection in wait(busy):
                task = busy.pop(connection)
                try:
                    result, failure = connection.recv()
                except (EOFError, OSError):  # it has died
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
                pass  # it has died: `recv` will say so

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
            return "its process was killed, perhaps for want of memory"
        return f"its process ended with exit code {process.exitcode}"


def _exit_in_order(number, frame):
    sys.exit(128 + number)


def _rebuild(failure):
    if failure is None:
        return None
    is_text = isinstance(failure, str)
    return RuntimeError(failure) if is_text else UserError(*failure)


def _work(connection, start, arguments):
    """The life of one process."""
    # Ctrl-C reaches the whole group; the parent alone answers it.
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
    """Ends the process where its parent was killed and could not do so."""
    multiprocessing.parent_process().join()
    os._exit(1)
