"""What `--dry-run` shows: each job, where it stands, its hours and its memory."""

from data.prepared.estimates import size_text
from papers.engine.cli.profile_time import epochs_of, profile_time, seconds_of
from papers.engine.console import Console, count
from papers.engine.devices.at_once import cores_asked, jobs_at_once
from papers.engine.devices.schedule import elapsed_by_size
from papers.engine.devices.tasks import TRAINS, tasks_of
from papers.engine.memory import available_memory
from papers.engine.plan import outline
from papers.engine.quiet import import_tensorflow
from papers.engine.request import DOWNLOADS

TRAINING = ("train", "reproduce")  # the verbs that train
_MARK = "*"
_GUESSED = f"{_MARK} an equal share of the time of this profile's own command:\n"


def show_plan(verb, request, make_runner):
    """Prints what a verb would run, how long it took last time and what is left.

    Args:
        verb: the verb's name.
        request: a `papers.engine.request.Request`.
        make_runner: makes its `papers.engine.runner.Runner`.
    """
    console = Console()
    if not request.data.exists() and (request.is_demo or _is_download(request)):
        _without_data(verb, request, console)
        return
    runner = make_runner(request)
    if verb == "prepare":
        there = sum(runner.cache.path(case.id).exists() for case in runner.dataset)
        console.say(f"prepared: {there} of {count(len(runner.dataset), 'case')}")
        return
    rows, spent, left, unknown, warnings = [], 0.0, 0.0, 0, {}
    guess = _by_profile(request)
    for job in runner.jobs:
        state, seconds = job.evaluation() if verb == "evaluate" else job.progress()
        remaining = job.remaining() if verb in TRAINING else 0.0
        peak = ""
        if verb in TRAINING and not job.finished():
            predicted = runner.predicted(job)
            peak = _peak(predicted, job.method.id, job.short_name, warnings)
        still = _guessed(guess) if remaining is None else duration(remaining or None)
        rows.append((job.name, state, duration(seconds), still, peak))
        spent += seconds or 0.0
        left += remaining or 0.0
        unknown += remaining is None
    head = ("job", "state", "last time", "training left", "memory, about")
    _say_rows(console, verb, head, rows, warnings)
    known = f"{count(len(rows), 'job')}, {duration(spent or None) or 'no time'} so far"
    if left:
        known += f", about {duration(left)} left"
    if unknown:
        known += f"; unknown: {count(unknown, 'job')}, as none like it was trained yet"
        console.say(f"{known}\n{_GUESSED if guess else ''}{_whole(request)}".rstrip())
    else:
        console.say(known)
    cores = None if request.cluster else cores_asked(request)
    if verb in TRAINING and (left or unknown) and (request.cluster or cores):
        console.say(_at_once(runner.jobs, request))
    if verb in TRAINING and (left or unknown) and cores:
        at_once = jobs_at_once(runner.jobs, runner.predicted, cores)
        console.say(f"without a GPU: {at_once} at once, {count(cores, 'core')} each")


def _at_once(jobs, request):
    """Returns a line on how long the trainings take with several tasks at once.

    A training of which nothing is known is judged by its profile's time.
    """
    guess = _by_profile(request)
    left = {job.name: job.remaining() for job in jobs}
    new = sum(seconds is None for seconds in left.values())
    seconds = {f"{TRAINS} {k}": guess if v is None else v for k, v in left.items()}
    if None in seconds.values():
        return "by tasks at once: unknown"
    times = elapsed_by_size(tasks_of(jobs, request.arguments, TRAINS), seconds)
    said = ", ".join(f"{duration(time)} with {n}" for n, time in times.items())
    by = f" ({new} of them judged by the profile's time)" if new else ""
    return (
        f"by tasks at once, with as many cores each as last time, the trainings{by} "
        f"take {said}"
    )


def _by_profile(request):
    """Returns the seconds of one training, judged by the profile's own command.

    None where nothing is known of the profile. All methods are taken to be alike.
    """
    known = profile_time(request.paper, request.profile)
    return known and known.per_epoch * request.protocol.training.epochs


def _guessed(seconds):
    return seconds and f"{duration(seconds)}{_MARK}"


def _peak(prediction, method_id, name, warnings):
    """Returns a predicted peak as text; notes a warning, the first of each method."""
    if prediction is None:
        return ""
    warning = prediction.warning(available_memory())
    if warning:
        warnings.setdefault(method_id, f"{name}: {warning}")
    return size_text(prediction.peak)


def _say_rows(console, verb, head, rows, warnings):
    """Shows the table of the jobs, whose last column is left out where it is empty."""
    if not any(row[-1] for row in rows):
        head, rows = head[:-1], [row[:-1] for row in rows]
    console.table(head, rows, f"{verb} would run")
    for warning in warnings.values():
        console.say(warning)


def _is_download(request):
    """Whether the data set is the one that the user has not downloaded yet."""
    return request.data == DOWNLOADS / request.paper.dataset


def _without_data(verb, request, console):
    """Shows the jobs as far as they do not depend on the data."""
    if request.is_demo:
        console.say(f"no DATA given: the demo would write a phantom, {request.data}")
    else:
        console.say(f"no data in {request.data} yet; what would run on it:")
    planned, peaks, warnings = outline(request), {}, {}
    if verb in TRAINING:
        import_tensorflow()
        from papers.engine.memory import predicted_without_data

        for method in planned.values():
            if method.id not in peaks:  # the same for each fold and seed
                one = predicted_without_data(request, method)
                peaks[method.id] = _peak(one, method.id, method.id, warnings)
    if verb != "prepare":
        guess = _guessed(_by_profile(request)) if verb in TRAINING else None
        rows = [
            (
                name,
                "new",
                "" if m.parts or m.released else guess or "",
                peaks.get(m.id, ""),
            )
            for name, m in planned.items()
        ]
        head = ("job", "state", "training, about", "memory, about")
        _say_rows(console, verb, head, rows, warnings)
    said = _GUESSED if verb in TRAINING and guess else ""
    console.say(f"{count(len(planned), 'job')}\n{said}{_whole(request)}".rstrip())


def _whole(request):
    """Returns lines on what a whole reproduction takes, where that is known."""
    known = profile_time(request.paper, request.profile)
    if known is None:
        return ""
    lines = [f"`{known.command}` as a whole: {known.text}, on {known.hardware}"]
    seconds, epochs = seconds_of(request), epochs_of(request)
    if abs(known.seconds - seconds) > 0.01 * seconds:
        lines.append(
            f"this request, judged by its {count(len(epochs), 'training')} of "
            f"{count(epochs[0], 'epoch')}: about {duration(seconds)} there"
        )
    return "\n".join(lines)


def duration(seconds):
    """Returns seconds in minutes or hours, such as `"2.5 hours"`; none: `""`."""
    if seconds is None:
        return ""
    if seconds >= 360_000:  # of so many hours the tenths say nothing
        return f"{seconds / 3600:,.0f} hours"
    if seconds >= 5400:
        return f"{seconds / 3600:,.1f} hours"
    return f"{seconds / 60:.1f} min"
