"""The verbs that take a paper through its stages: prepare, train, …, reproduce."""

import inspect
import sys
from typing import Annotated, get_origin
from urllib.parse import quote

import typer
from rich.console import Console as RichConsole
from typer.core import TyperCommand

from common.errors import UserError
from common.training.cluster import on_several_machines
from papers.engine import datasets
from papers.engine.cli.dry_run import show_plan
from papers.engine.cli.end_table import show_end
from papers.engine.console import Console
from papers.engine.devices.at_once import bound_threads, cores_asked
from papers.engine.devices.cluster import refuse_cluster
from papers.engine.devices.tasks import TRAINS
from papers.engine.devices.towers_for import check_devices
from papers.engine.devices.workers import DONE
from papers.engine.places import compared, take_over
from papers.engine.quiet import import_tensorflow
from papers.engine.request import LOCAL, WORKSPACE, Request
from papers.engine.results import (
    announce,
    draw_figures,
    first_epoch_notes,
    write_tables,
)

verbs = typer.Typer()
_SEVERAL_MACHINES = ("prepare", "train")

DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Only list what would run, its times and the memory of trainings.",
    ),
]


class _KeepsArguments(TyperCommand):
    """A command whose context object is the list of its arguments as typed."""

    def parse_args(self, ctx, args):
        ctx.obj = tuple(args)
        return super().parse_args(ctx, args)


def stage(verb, group=verbs, name=None, without=(), hidden=False):
    """Makes a function of a `Request` a verb whose options are the request's fields.

    An option that is not given leaves the field at its default. Further parameters of
    the function are further options.

    Args:
        verb: the function.
        group: the `typer.Typer` that the verb is one of.
        name: what is typed; None for the function's name.
        without: fields that are no options of this verb.
        hidden: whether `--help` leaves it out: a program, and no person, types it.
    """
    name = name or verb.__name__.replace("_", "-")
    # Of a keyword only: some have defaults, others have none.
    more = [
        option.replace(kind=option.KEYWORD_ONLY)
        for option in list(inspect.signature(verb).parameters.values())[1:]
    ]

    def command(context: typer.Context, dry_run: DryRun = False, **options):
        # A TF_CONFIG that is not valid is refused here, before anything is written.
        if on_several_machines() and name not in _SEVERAL_MACHINES:
            refuse_cluster(name)
        own = {one.name: options.pop(one.name) for one in more}
        given = {key: value for key, value in options.items() if value is not None}
        request = Request(**given, arguments=context.obj)
        if dry_run:
            return show_plan(name, request, _runner)
        return verb(request, **own)

    own = inspect.signature(command).parameters
    fields = [
        field if field.default is field.empty else field.replace(default=None)
        for field in inspect.signature(Request).parameters.values()
        if get_origin(field.annotation) is Annotated and field.name not in without
    ]
    command.__signature__ = inspect.Signature(
        [own["context"], *fields, own["dry_run"], *more]
    )
    command.__doc__ = verb.__doc__
    group.command(name, cls=_KeepsArguments, hidden=hidden)(command)
    return verb


@stage
def prepare(request):
    """Prepare the data set once: resized, normalized, cached."""
    _runner(request).prepare()


@stage
def train(request):
    """Train the methods; resumes where it stopped."""
    runner = prepared(request, trains=True)
    jobs = _chosen(runner, request, "train")
    for job in jobs:
        runner.train(job)
    for line in first_epoch_notes(runner, jobs):
        runner.console.say(line)


@stage
def evaluate(request):
    """Score trained methods on their test cases, one row per case."""
    runner = prepared(request)
    for job in _chosen(runner, request, "evaluate"):
        if job.method.scored:
            runner.evaluate(job)


@stage
def table(request):
    """Write the paper's tables from the rows of evaluated methods."""
    runner = _runner(request)
    _check_any_trained(runner)
    show_end(runner, _write_tables(runner))


@stage
def figure(request):
    """Draw the paper's figures and the learning curves."""
    runner = prepared(request)
    _check_any_trained(runner)
    announce(runner, draw_figures(runner, request.results))


@stage
def reproduce(request):
    """All stages: prepare, train, evaluate, table, figure."""
    runner = prepared(request, trains=True)
    runner.fan_out("reproduce")
    for job in runner.jobs:
        runner.train(job)
        if job.method.scored:
            runner.evaluate(job)
    files = _write_tables(runner)
    files += draw_figures(runner, request.results)
    show_end(runner, files)


@stage
def report_cases(
    request,
    cases: Annotated[
        str,
        typer.Option(help="`worst:3,median:1`, or ids, with commas between."),
    ],
):
    """Add images of some test cases, with truth and results, to the report."""
    from papers.engine.report import REPORT, write_cases, write_report

    runner = prepared(request)
    _check_any_trained(runner)
    case_ids = write_cases(runner, cases, REPORT, runner.console.say)
    found = compared(request.results, say=runner.console.say)
    index = write_report(found, request.results)
    for case_id in case_ids:
        page = f"{runner.paper.id}-case.html#case={quote(case_id)}"
        runner.console.say(f"open {index.with_name(page)} in a browser")


def work(request):
    """Train and score what standard input names; see `papers.engine.devices.workers`.

    A line there is the name of a `papers.engine.devices.tasks.Task`.
    """
    import_tensorflow()
    bound_threads(cores_asked(request))
    from papers.engine.runner import Runner

    # What it remarks on the data was shown by the process that waits for this one.
    runner = Runner(request, WORKSPACE, Console(RichConsole(quiet=True)))
    runner.console = Console()
    jobs = {job.name: job for job in runner.jobs}
    print(DONE, flush=True)  # with its beginning
    for line in sys.stdin:
        step, _, name = line.rstrip("\n").partition(" ")
        if step == TRAINS:
            runner.train(jobs[name])
        else:
            runner.evaluate(jobs[name])
        print(DONE, flush=True)


stage(work, hidden=True)


def _chosen(runner, request, verb):
    """Returns the jobs of this process, after a cluster has done what it can."""
    if not request.only:
        runner.fan_out(verb)
        return runner.jobs
    chosen = [job for job in runner.jobs if job.name == request.only]
    if not chosen:
        raise UserError(
            f"--only {request.only}",
            "the full name of a job of this request",
            "a name that none of them has",
            "leave --only out, or see the names with --dry-run",
        )
    return chosen


def prepared(request, trains=False):
    """Returns a `Runner` whose data set is prepared."""
    runs = WORKSPACE / "runs" / request.paper.id
    new_demo = request.is_demo and not request.data.exists()
    # What a cluster has is checked where its tasks run.
    trains = trains and not request.cluster
    if trains and (new_demo or not runs.exists()):
        # Nothing is trained yet: what is missing is found before anything is written.
        import_tensorflow()
        check_devices(request.gpus, request.protocol)
    runner = _runner(request)
    if trains and not all(job.finished() for job in runner.jobs):
        check_devices(request.gpus, runner.protocol)
    runner.prepare()
    return runner


def _runner(request):
    """Returns a `Runner`, after writing the demo's phantom if it is missing."""
    import_tensorflow()
    from papers.engine.runner import Runner

    console = Console()
    if request.is_demo:
        console.say(f"no DATA given: the demo uses a phantom, {request.data}")
        if not request.data.exists():
            console.say("writing it (once)")
        paper = request.paper
        datasets.tools(paper.dataset).write_phantom(request.data, **paper.phantom)
    return Runner(request, WORKSPACE, console)


def _write_tables(runner):
    """Writes the tables of a request; rows of earlier versions come home first."""
    if runner.request.results == LOCAL:
        take_over(runner.paper, runner.console.say)
    return write_tables(runner, runner.request.results)


def _check_any_trained(runner):
    if not any(job.finished() for job in runner.jobs):
        raise UserError(
            runner.jobs[0].runs,
            "at least one trained method",
            "none of " + ", ".join(job.name for job in runner.jobs),
            f"`make reproduce-{runner.paper.id}` with the same options",
        )
