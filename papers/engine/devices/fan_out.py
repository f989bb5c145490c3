"""Whole trainings and scorings as tasks, several at once."""

from common.errors import UserError
from common.training.placement import check_gpus
from papers.engine.devices.at_once import cores_asked
from papers.engine.devices.board import MOST, Board
from papers.engine.devices.ray_cluster import LOCAL, RayCluster
from papers.engine.devices.tasks import tasks_of
from papers.engine.devices.workers import Workers


def fan_out(jobs, request, console, verb, cluster=None, belongings=None):
    """Runs what is left of a request on a cluster, or by processes of this machine.

    With `GPUS=N` instead of `CLUSTER=…`, the cluster is this machine with N GPUs.

    Args:
        jobs: the `papers.engine.job.Job`s, each after those that it needs.
        request: the `papers.engine.request.Request` that they are of.
        console: a `papers.engine.console.Console`.
        verb: `"train"`, `"evaluate"` or `"reproduce"`.
        cluster: a context like `RayCluster`; None for the one of the request.
        belongings: what nodes that do not see this folder need, beside the runs.

    Raises:
        UserError: there is no such cluster; or a task failed, and those that do not
            need it were finished first.
    """
    if request.gpus and not request.cluster:
        check_gpus(request.gpus, jobs[0].protocol.towers, shared=False)
    _check_towers(request)
    tasks = tasks_of(jobs, request.arguments, verb)
    if not tasks:
        return
    with cluster or _cluster_of(request, belongings) as running, console.live() as show:
        if request.gpus and len(tasks) < request.gpus:
            idle = request.gpus - len(tasks)
            console.say(f"GPUs without a task: {idle} of {request.gpus}")
        # On one machine, a line for each that runs is enough.
        most = 0 if isinstance(running, Workers) else MOST
        board = Board(tasks, console, show, most)
        codes = running.run(tasks, board.on_message)
    failed = [task.label for task in tasks if codes[task.name] != 0]
    if failed:
        raise UserError(
            ", ".join(failed),
            "tasks that finish",
            "an error, see above",
            "correct it, then run the same command again: it resumes",
        )


def _cluster_of(request, belongings):
    if request.cluster:
        return RayCluster(
            request.cluster,
            cores_asked(request),
            request.gpus_per_job,
            belongings=belongings,
        )
    asked = f"GPUS={request.gpus}"
    return RayCluster(LOCAL, cpus=1, gpus=1, all_gpus=request.gpus, asked=asked)


def _check_towers(request):
    gpus, towers = request.gpus_per_job or 0, request.protocol.towers
    if gpus > 1 and gpus != towers:
        own = f", or {towers}, one for each tower" if towers else ""
        raise UserError(
            f"GPUS_PER_JOB={gpus}",
            f"0 or 1{own}: GPUs that share a batch make another run",
            gpus,
            "GPUS_PER_JOB=1",
        )
