"""What a request's jobs become on a cluster: tasks, each after those that it needs."""

from dataclasses import dataclass, replace

TRAINS, SCORES = "train", "evaluate"
# The steps of a verb that a cluster takes over; the rest needs all rows.
STEPS = {"train": (TRAINS,), "evaluate": (SCORES,), "reproduce": (TRAINS, SCORES)}


@dataclass(frozen=True)
class Task:
    """One training, or one scoring.

    Args:
        name: the step and the job's full name; unique.
        label: the step and the job's short name, for people.
        arguments: the words after `python -m papers`.
        after: names of the tasks that come first.
        folders: of its run, then of the runs that it needs.
    """

    name: str
    label: str
    arguments: tuple[str, ...]
    after: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def tasks_of(jobs, words, verb):
    """Returns what is left to do of a request, in an order in which it can be done.

    Args:
        jobs: the `papers.engine.job.Job`s, each after those that it needs.
        words: the request's own on the command line, after the verb.
        verb: `"train"`, `"evaluate"` or `"reproduce"`.
    """
    tasks = {}
    for step in STEPS[verb]:
        for job in jobs:
            if not _is_left(step, job):
                continue
            first = trainings_before(job) if step == TRAINS else trainings_of(job)
            task = Task(
                name=f"{step} {job.name}",
                label=job.short_name if step == TRAINS else f"{job.short_name}: score",
                arguments=arguments_of(step, job, words),
                after=tuple(f"{TRAINS} {one.name}" for one in first),
                folders=folders_of(job),
            )
            tasks[task.name] = task
    # What is trained already is no task.
    return [
        replace(task, after=tuple(name for name in task.after if name in tasks))
        for task in tasks.values()
    ]


def arguments_of(step, job, words):
    """Returns the words of the command that does one step of one job.

    They repeat the request's; of an option given twice, the last counts.

    Args:
        step: `"train"` or `"evaluate"`.
        job: a `papers.engine.job.Job`.
        words: the request's own on the command line, after the verb.
    """
    return (step, *words, "--only", job.name, "--cluster", "")


def trainings_of(job):
    """Returns the trainings that a job's scores follow from."""
    return [job] if job.trains else trainings_before(job)


def trainings_before(job):
    """Returns the trainings that a job needs before it begins."""
    found = [one for other in job.needs.values() for one in trainings_of(other)]
    return list(dict.fromkeys(found))


def folders_of(job):
    """Returns the folders of a job's run and of all runs that it can read."""
    shorter = job.shorter() if job.trains else None
    found = [job.folder, *([shorter.folder] if shorter else [])]
    for other in job.needs.values():
        found += folders_of(other)
    return tuple(dict.fromkeys(map(str, found)))


def _is_left(step, job):
    if step == TRAINS:
        return job.trains and not job.finished()
    return job.method.scored and not (job.finished() and job.run.is_evaluated)
