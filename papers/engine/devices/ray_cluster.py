"""Ray as the scheduler of a request's tasks, on this machine or on many."""

import contextlib
import functools
import os
import sys
import uuid
from pathlib import Path

from common.errors import UserError
from papers.engine.devices.carried import Carried
from papers.engine.devices.node import LostError, run_task
from papers.engine.devices.store import Store

LOCAL = "local"
_PROGRAM = (sys.executable, "-m", "papers")
RETRIES = 5  # of a task whose node or process was lost
_POLL_SECONDS = 0.2
_SECONDS_TO_END = 70  # what a node waits for a step, and some more
_PACKAGES = ("papers", "common", "data")  # for nodes that do not see this folder
_OBJECTS = 100 * 2**20  # bytes; only exit codes and lines of text are passed
# Of the user, which children get, or else not: Ray sets the second by itself.
_PASSED_ON = ("BRAINTUMOR_COMMAND", "OMP_NUM_THREADS")


class RayCluster:
    """A context in which Ray runs tasks.

    Args:
        address: `"local"` for this machine; `"auto"` or `"host:6379"` for a cluster
            that this machine belongs to; `"ray://host:10001"` for another one.
        cpus: CPU cores of each task.
        gpus: GPUs of each task; None for one, where the cluster has any.
        all_gpus: GPUs of this machine that a local cluster may use; None for all.
        program: the words of a command before a task's arguments.
        belongings: what nodes that do not see this folder need beside the tasks' own.
        asked: the option that asks for it, for errors; None for `CLUSTER=address`.

    Attributes:
        gpus: GPUs of each task.

    Raises:
        UserError: Ray is not installed, there is no such cluster, or none of its nodes
            is large enough for a task.
    """

    def __init__(
        self,
        address,
        cpus=None,
        gpus=None,
        all_gpus=None,
        program=_PROGRAM,
        belongings=None,
        asked=None,
    ):
        self._asked = asked or f"CLUSTER={address}"
        self._address, self._cpus, self._all_gpus = address, cpus, all_gpus
        self._program, self._belongings = program, belongings
        self.gpus = gpus

    def __enter__(self):
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        imported = "ray._raylet" in sys.modules
        if self._address != LOCAL and _has_token() and not imported:
            # Ray looks at it when it is imported, and by itself for `auto` only.
            os.environ.setdefault("RAY_AUTH_MODE", "token")
        try:
            import ray
        except ModuleNotFoundError as error:
            raise UserError(
                self._asked,
                "Ray, the extra `cluster` of this suite",
                "an environment without it",
                "`make install-cluster`, then the same command",
            ) from error
        self._ray = ray
        self._connect()
        with contextlib.ExitStack() as stack:
            stack.callback(ray.shutdown)
            self._fit()
            self._token = Path("runs") / f".cluster-{uuid.uuid4().hex}"
            self._token.parent.mkdir(exist_ok=True)
            self._token.touch()
            stack.callback(self._token.unlink, missing_ok=True)
            self._messages = self._queue()
            self._store = self._reached_store()
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._exit.close()

    def run(self, tasks, on_message):
        """Runs tasks, each after those that it needs, and waits for all.

        Args:
            tasks: `papers.engine.devices.tasks.Task`s, each after those it needs.
            on_message: function that takes `(name, kind, text)` of
                `papers.engine.devices.node.run_task`, and `"lost"` with the reason.

        Returns:
            The exit code of each task by name; None if its node was lost once too
            often.
        """
        remote = self._ray.remote(
            num_cpus=self._cpus,
            num_gpus=self.gpus,
            max_retries=RETRIES,
            retry_exceptions=[LostError],
        )(_task)
        passed = {name: os.environ.get(name) for name in _PASSED_ON}
        place = os.getcwd(), str(self._token), passed
        # A task without one has no GPUs to ask for; of an option given twice, the last
        # counts.
        gpus = ["--gpus", str(self.gpus)] if self.gpus else []
        # What feeds a GPU may use the cores that others leave idle.
        cores = None if self.gpus else self._cpus
        refs = {}
        for task in tasks:
            command = [*self._program, *task.arguments, *gpus]
            before = [refs[name] for name in task.after]
            carried = self._store and (self._store, task.folders, self._belongings)
            refs[task.name] = remote.remote(
                task.name, command, place, self._messages, carried, cores, *before
            )
        return self._wait(refs, on_message)

    def _wait(self, refs, on_message):
        names, codes = {ref: name for name, ref in refs.items()}, {}
        try:
            while names:
                done, _ = self._ray.wait(
                    list(names), num_returns=len(names), timeout=_POLL_SECONDS
                )
                self._pass_on(on_message)
                for ref in done:
                    name = names.pop(ref)
                    codes[name] = self._code(ref, name, on_message)
            self._pass_on(on_message)
        except BaseException:
            self._cancel(list(names))
            raise
        return codes

    def _code(self, ref, name, on_message):
        try:
            return self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[-1]
            on_message(name, "lost", reason)
            return None

    def _cancel(self, refs):
        for ref in refs:
            self._ray.cancel(ref, force=False)
        if refs:
            self._ray.wait(refs, num_returns=len(refs), timeout=_SECONDS_TO_END)

    def _pass_on(self, on_message):
        while count := self._messages.qsize():
            for message in self._messages.get_nowait_batch(count):
                on_message(*message)

    def _connect(self):
        # Workers import this suite from where the driver runs it.
        root = str(Path(__file__).resolve().parents[3])
        own = {"runtime_env": {"env_vars": {"PYTHONPATH": root}}}
        own |= {"log_to_driver": False, "logging_level": "ERROR"}
        if self._address == LOCAL:
            own |= {"include_dashboard": False, "object_store_memory": _OBJECTS}
            own |= {"num_gpus": self._all_gpus, "address": LOCAL}
        else:
            own["address"] = self._address
            packages = [f"{root}/{name}" for name in _PACKAGES]
            own["runtime_env"] |= {"py_modules": packages, "excludes": ["__pycache__"]}
        try:
            self._ray.init(**own)
        except Exception as error:  # Ray has a plain one for a node that starts slowly
            busy = "the same command again, when this machine has less to do"
            start = (
                "start one, and copy its ~/.ray/auth_token to this machine, see "
                "papers/engine/devices/README.md; or CLUSTER=local"
            )
            raise UserError(
                f"CLUSTER={self._address}",
                "a Ray cluster that runs",
                str(error).strip().partition("\n")[0] or type(error).__name__,
                busy if self._address == LOCAL else start,
            ) from error

    def _fit(self):
        """Settles what each task gets, and that some node has as much."""
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        most = {kind: max(n.get(kind, 0) for n in nodes) for kind in ("CPU", "GPU")}
        if not most["CPU"]:
            raise UserError(
                f"CLUSTER={self._address}",
                "nodes with cores for tasks",
                f"none among {len(nodes)}",
                "the same command again, when others have joined",
            )
        if self._cpus is None:
            self._cpus = min(2, most["CPU"])
        if self.gpus is None:
            self.gpus = min(1, int(most["GPU"]))
        for option, wanted, kind in (
            ("CPUS_PER_JOB", self._cpus, "CPU"),
            ("GPUS_PER_JOB", self.gpus, "GPU"),
        ):
            if wanted > most[kind]:
                raise UserError(
                    f"{option}={wanted}",
                    f"at most {most[kind]:g}, the {kind}s of the largest node",
                    wanted,
                    f"such as {option}={int(most[kind])}",
                )

    def _queue(self):
        """Returns the queue of messages."""
        from ray.util.queue import Queue

        return Queue(actor_options=self._here())

    def _reached_store(self):
        """Returns this folder for nodes that do not see it; None where none can ask."""
        if self._address == LOCAL:
            return None
        actor = self._ray.remote(**self._here())(Store).remote(os.getcwd())
        try:
            # With ray://, the node that serves this process is another machine.
            sees = self._ray.get(actor.sees.remote(str(self._token)))
        except self._ray.exceptions.RayActorError as error:
            # So it is where this process has a token and the cluster has none.
            raise UserError(
                f"CLUSTER={self._address}",
                "a cluster that runs what this machine sends it",
                str(error).strip().splitlines()[-1],
                "start it with RAY_AUTH_MODE=token and the same ~/.ray/auth_token; or, "
                "where it has no token, the same command after RAY_AUTH_MODE=disabled",
            ) from error
        return actor if sees else None

    def _here(self):
        """Returns options of an actor on the node that cannot be lost: this one."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = self._ray.get_runtime_context().get_node_id()
        strategy = NodeAffinitySchedulingStrategy(here, soft=False)
        return {"num_cpus": 0, "scheduling_strategy": strategy}


def _has_token():
    """Returns whether this user has the token of a Ray cluster."""
    names = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
    file = Path.home() / ".ray" / "auth_token"
    return any(os.environ.get(name) for name in names) or file.is_file()


class _Remote:
    """An actor whose methods wait for their results."""

    def __init__(self, actor):
        self._actor = actor

    def __getattr__(self, name):
        import ray

        method = getattr(self._actor, name)
        return lambda *arguments: ray.get(method.remote(*arguments))


def _task(name, command, place, messages, carried, cores, *before):
    """What Ray runs on a node: `run_task`, with a queue for its messages."""

    def put(*message):
        messages.put(message)

    if carried:
        store, folders, belongings = carried
        carried = functools.partial(Carried, _Remote(store), name, folders, belongings)
    carried = carried or None
    return run_task(name, command, place, put, *before, carried=carried, cores=cores)
