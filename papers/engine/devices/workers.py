"""Processes of this machine that work through a request's tasks, several at once."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading

from papers.engine.devices.cores import bound, own_cores, shared_cores
from papers.engine.devices.node import NOT_BEGUN, SECONDS_TO_END, tied

# The line by which a worker says that it is ready, and then that a task is done; no
# message consists of it.
DONE = "\x1e"
_PROGRAM = (sys.executable, "-m", "papers", "work")


class Workers:
    """A context in which processes with cores of their own run tasks.

    A process does one task after the other: TensorFlow is imported once for all of
    them. Two networks with a core each take less time than one after the other with
    both.

    Args:
        words: those of a request on the command line, after the verb.
        count: how many processes there are at most.
        cores: of each of them.
        command: what the user has typed, which a run notes.
        program: the words before those of the request.
    """

    def __init__(self, words, count, cores, command, program=_PROGRAM):
        self._program, self._count, self._cores = [*program, *words], count, cores
        self._environment = os.environ | {"BRAINTUMOR_COMMAND": command}

    def __enter__(self):
        self._lines, self._workers = queue.SimpleQueue(), []
        self._started, self._failed, self._was_ready = 0, 0, False
        return self

    def __exit__(self, kind, *_):
        for worker in self._workers:
            worker.end(interrupt=kind is not None)
        for worker in self._workers:
            worker.wait()

    def run(self, tasks, on_message):
        """Runs tasks, each after those that it needs, and waits for all.

        Args:
            tasks: `papers.engine.devices.tasks.Task`s, each after those it needs.
            on_message: function that takes `(name, kind, text)`, as that of
                `papers.engine.devices.ray_cluster.RayCluster.run`.

        Returns:
            The exit code of each task by name.
        """
        waiting, codes = longest_chains_first(tasks), {}
        while waiting or any(worker.task for worker in self._workers):
            self._give_up(_in_vain(waiting, codes), codes, on_message)
            waiting = [task for task in waiting if task.name not in codes]
            while (ready := _ready(waiting, codes)) and (worker := self._free(ready)):
                task = worker.choose(ready)
                waiting.remove(task)
                worker.begin(task)
                on_message(task.name, "begins", "")
            if any(worker.task for worker in self._workers):
                self._hear(waiting, codes, on_message)
            elif waiting:  # what ended the last process would end the next one
                self._give_up(waiting, codes, on_message)
                waiting = []
        return codes

    @staticmethod
    def _give_up(tasks, codes, on_message):
        for task in tasks:
            codes[task.name] = NOT_BEGUN
            on_message(task.name, "ends", str(NOT_BEGUN))

    def _free(self, ready):
        """Returns a worker without a task, a new one if there may be more.

        The first is one that has done what one of these tasks follows from.
        """
        free = [worker for worker in self._workers if worker.task is None]
        if free:
            return max(free, key=lambda worker: any(worker.led_to(t) for t in ready))
        if len(self._workers) == self._count or not self._may_start():
            return None
        worker = _Worker(
            self._program,
            self._environment,
            self._cores,
            self._started,
            self._lines.put,
        )
        self._started += 1
        self._workers.append(worker)
        return worker

    def _may_start(self):
        """Whether another process is likely to start, after some that did not.

        One that does not may have lacked the memory that others have.
        """
        if not self._failed:
            return True
        return self._was_ready and self._failed == 1 and not self._workers

    def _hear(self, waiting, codes, on_message):
        """Takes in one line of a worker, or its end."""
        worker, line = self._lines.get()
        task = worker.task
        if line is None:
            self._workers.remove(worker)
            code = worker.wait()
            if task is None:
                return
            if worker.was_gone and worker.is_ready:  # it did not hear of the task
                waiting.insert(0, task)
                return
            self._failed = 0 if worker.is_ready else self._failed + 1
            if self._failed and (self._workers or self._may_start()):
                said = "its process did not start; another one will do it"
                on_message(task.name, "line", said)
                waiting.insert(0, task)
                return
            if code < 0:
                said = f"killed by signal {-code}"
                if self._count > 1:
                    fewer = f"CPUS_PER_JOB={2 * self._cores} runs fewer at once"
                    said = f"{said}; if memory was short, {fewer}"
                on_message(task.name, "line", said)
            code = code or 1  # it ended before its task did
        else:
            line, is_done, _ = line.partition(DONE)
            if line and task:
                on_message(task.name, "line", line)
            if is_done:
                self._failed, self._was_ready = 0, True
            if not is_done or not worker.ends_task():
                return
            code = 0
        codes[task.name] = code
        on_message(task.name, "ends", str(code))


def longest_chains_first(tasks):
    """Returns tasks in an order that keeps several workers busy until the end.

    What others wait for begins first; otherwise the order stays.

    Args:
        tasks: `papers.engine.devices.tasks.Task`s, each after those that it needs.
    """
    chain = {task.name: 0 for task in tasks}
    for task in reversed(tasks):
        for name in task.after:
            chain[name] = max(chain[name], chain[task.name] + 1)
    return sorted(tasks, key=lambda task: -chain[task.name])


def _ready(waiting, codes):
    """Returns the tasks that wait for no other."""
    return [task for task in waiting if all(name in codes for name in task.after)]


def _in_vain(waiting, codes):
    """Returns the tasks that need one that failed, directly or by another."""
    failed = {name for name, code in codes.items() if code}
    found = []
    for task in waiting:  # each after those that it needs
        if failed & set(task.after):
            failed.add(task.name)
            found.append(task)
    return found


class _Worker:
    """One process, which reads names of tasks and says when they are done."""

    def __init__(self, command, environment, cores, number, hear):
        self.task, self._last = None, None
        self.is_ready, self.was_gone = False, False
        with contextlib.ExitStack() as stack:
            own = stack.enter_context(own_cores(cores))
            with bound(own or shared_cores(cores, number)):
                self._process = subprocess.Popen(
                    tied(command),
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    process_group=0,  # Ctrl-C reaches the one that waits for all
                )
            self._reserved = stack.pop_all()
        self._reader = threading.Thread(target=self._read, args=(hear,), daemon=True)
        self._reader.start()

    def led_to(self, task):
        """Whether a task follows from what this process did last."""
        return self._last in task.after

    def choose(self, ready):
        """Returns one of some tasks.

        The scoring of what this process has just trained finds the network at hand; it
        comes last among the tasks that follow, as none waits for it.
        """
        following = [task for task in ready if self.led_to(task)]
        return following[-1] if following else ready[0]

    def begin(self, task):
        """Gives the process a task."""
        self.task, self._last = task, task.name
        try:
            self._process.stdin.write(f"{task.name}\n")
            self._process.stdin.flush()
        except BrokenPipeError:  # which the end of its lines shows, too
            self.was_gone = True

    def ends_task(self):
        """Notes that the process has done its task, or the first time that it is ready.

        Returns:
            Whether it was a task.
        """
        if self.is_ready:
            self.task = None
        was_ready, self.is_ready = self.is_ready, True
        return was_ready

    def end(self, interrupt=False):
        """Tells the process that there are no more tasks.

        Args:
            interrupt: whether it ends within the one that it has, as by Ctrl-C.
        """
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        if interrupt and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def wait(self):
        """Waits for the end of the process and returns its exit code."""
        try:
            return self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self.end()
            self._reader.join()
            self._reserved.close()

    def _read(self, hear):
        with self._process.stdout as lines:
            for line in lines:
                hear((self, line.rstrip("\n")))
        hear((self, None))
