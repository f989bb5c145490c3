"""From scores to rows, and from the rows of a request's jobs to tables and figures."""

from common.errors import UserError
from common.files import lock, write_text
from common.reporting.cases import empty_cases, merge_cases, read_cases
from common.reporting.cells import is_phantom
from common.reporting.compare import compare_splits
from common.reporting.tables import write_results
from common.reporting.text import to_csv
from common.reporting.trainings import record_trainings, took
from common.reporting.verify import check_file
from papers.engine import environment
from papers.engine.curves import COLUMNS, KEYS, draw_curves, record_curves
from papers.engine.figures import figure_suffix

PHANTOMS = "phantom"  # folder of their results, in that of a paper


def rows_of(job, scores, request, dataset):
    """Yields the rows of a job.

    Args:
        job: a finished `papers.engine.job.Job`.
        scores: yields `(case_id, scores)`; a `UserError` in place of the scores is a
            case that failed: its row says why.
        request: the `papers.engine.request.Request`.
        dataset: the opened data set.
    """
    cases = {case.id: case for case in dataset}
    run = _run_of(job, request, dataset)
    run["coverage"] = f"{len(dataset.labeled())}/{dataset.total}"
    origin = _origin(job, request.paper.experiment.monitor)
    for case_id, values in scores:
        case, failed = cases[case_id], isinstance(values, UserError)
        yield {
            **run,
            "case": case_id,
            "patient": case.patient or "",
            "group": case.group,
            "status": f"failed: {values}" if failed else "ok",
            **({} if failed else values),
            **origin,
        }


def _run_of(job, request, dataset):
    """Returns what identifies a run in each of its rows."""
    return {
        "paper": request.paper.id,
        "method": job.method.id,
        "data": dataset.name,
        "fingerprint": job.fingerprint[:12],
        "profile": request.profile_label(),
        "budget": job.budget,
        "split": job.split_name,
        "fold": job.split.fold,
        "seed": job.seed,
    }


def _origin(job, monitor):
    """Returns the epoch of the weights, the number of epochs, command and commit."""
    if job.weights:
        here = environment.describe()
        origin = {"command": here["command"], "commit": here["commit"]}
        return {"epoch": 0, "epochs": 0, **origin}
    if job.parts:
        origins = [_origin(part, monitor) for part in job.parts]
        joined = {
            name: "; ".join(dict.fromkeys(origin[name] for origin in origins))
            for name in ("command", "commit")
        }
        numbers = {
            name: max(origin[name] for origin in origins)
            for name in ("epoch", "epochs")
        }
        return numbers | joined
    trained, history = job.run.environment(), job.run.history()
    commit, now = trained["commit"], environment.commit()
    return {
        "epoch": _epoch_of(job, monitor, history),
        "epochs": len(history),
        "command": trained["command"],
        "commit": commit if commit == now else f"{commit}, evaluated {now}",
    }


def _epoch_of(job, monitor, history):
    """Returns the epoch of the weights that a trained job is scored with."""
    best = job.checkpoint == "best"
    row = history[monitor].idxmax() if best else len(history) - 1
    return int(history["epoch"][row])


def first_epoch_notes(runner, jobs):
    """Returns a line for each training whose weights are those of its first epoch.

    Such a row is one of a network that was hardly trained, whatever its budget.
    """
    monitor, lines = runner.paper.experiment.monitor, []
    for job in jobs:
        if not (job.trains and job.finished()):
            continue
        history = runner.history(job)
        if len(history) > 1 and _epoch_of(job, monitor, history) == 1:
            lines.append(
                f"{job.short_name}: its best epoch is the first of {len(history)}, so "
                "that its row shows a network of one epoch"
            )
    return lines


def results_folder(runner, root):
    """Returns the folder for a request's results.

    Results of phantoms and of a user's own data stand apart from the committed ones.
    """
    folder, name = root / runner.paper.id, runner.dataset.name
    if is_phantom(name):
        return folder / PHANTOMS
    return folder / name if runner.dataset.is_own else folder


def write_tables(runner, root):
    """Merges the rows of all evaluated jobs and writes the tables from them.

    Args:
        runner: a `papers.engine.runner.Runner`.
        root: folder of all results.

    Returns:
        The folder's CSV files.
    """
    folder = results_folder(runner, root)
    with lock(folder, runner.console.say):
        return _write_tables(runner, folder)


def _write_tables(runner, folder):
    path = folder / "cases.csv"
    cases = read_cases(path) if path.exists() else empty_cases()
    trained = [
        took(
            _run_of(job, runner.request, runner.dataset),
            job.run.history(),
            job.run.environment(),
        )
        for job in runner.jobs
        if job.trains and job.finished()
    ]
    record_trainings(folder, trained)
    for job in runner.jobs:
        if not job.method.scored:
            continue
        rows = runner.rows(job)
        if rows is None:
            runner.console.say(f"{job.short_name}: not evaluated yet, left out")
        else:
            cases = merge_cases(cases, rows)
    return write_files(runner.paper, folder, cases)


def write_files(paper, folder, cases):
    """Writes the rows of cases, the tables and all else that follows from them.

    Args:
        paper: a `papers.engine.paper.Paper`.
        folder: its results folder.
        cases: the rows, as `common.reporting.cases.read_cases` returns them.

    Returns:
        The folder's CSV files.
    """
    cases = write_results(folder, paper.tables, cases)
    for name, frame in _derived(paper, cases).items():
        write_text(folder / name, to_csv(frame))
    return sorted(p for p in folder.glob("*.csv") if p.name != "expected.csv")


def write_again(paper, root):
    """Writes the tables of all a paper's results folders again from their rows.

    Args:
        paper: a `papers.engine.paper.Paper`.
        root: folder of all results.

    Returns:
        The folders.
    """
    folders = [path.parent for path in sorted((root / paper.id).rglob("cases.csv"))]
    for folder in folders:
        with lock(folder):
            write_files(paper, folder, read_cases(folder / "cases.csv"))
    return folders


def check_derived(paper, folder):
    """Compares the derived files of a results folder with the cases they follow from.

    Args:
        paper: a `papers.engine.paper.Paper`.
        folder: its results folder.

    Returns:
        A list of `common.reporting.verify.Outcome`, one per file.
    """
    path = folder / "cases.csv"
    if not path.exists():
        return []
    files = _derived(paper, read_cases(path))
    return [check_file(folder / name, frame) for name, frame in files.items()]


def _derived(paper, cases):
    """Returns the derived files of a results folder: a `DataFrame` by file name."""
    files = {name: derive(cases) for name, derive in paper.derived.items()}
    if paper.leak_columns:
        import pandas as pd

        # What image-wise folds overstate.
        leaks = [
            compare_splits(cases, paper.leak_columns, ("image", other))
            for other in ("patient", "patient-drawn")
        ]
        files["leak.csv"] = pd.concat(leaks, ignore_index=True)
    return files


def draw_figures(runner, root):
    """Draws the paper's figures and the learning curves of a request's jobs.

    Returns:
        The files that were drawn.
    """
    folder = results_folder(runner, root)
    with runner.console.live() as show:
        show("drawing figures")
        files = runner.paper.figures.draw_figures(runner, folder)
        show(f"drawing learning curves, {len(files)} figures are done")
        curves = _curves_of(runner)
        with lock(folder, runner.console.say):
            record_curves(folder, curves)
        return files + draw_curves(runner.paper, folder, set(curves["figure"]))


def _curves_of(runner):
    """Returns the rows of `curves.csv` of a request's trained jobs."""
    import pandas as pd

    parts = [pd.DataFrame(columns=COLUMNS)]
    for job in runner.jobs:
        if not (job.trains and job.finished()):
            continue
        run = {
            **_run_of(job, runner.request, runner.dataset),
            "figure": figure_suffix(runner, job),
            "n_validation": len(job.split.validation),
        }
        history = runner.history(job)[["epoch", *KEYS]]
        parts.append(history.assign(**run)[COLUMNS])
    return pd.concat(parts[1:] or parts, ignore_index=True)


def announce(runner, files):
    """Prints where the results are, and what a reader of them must know."""
    for line in (*(f"wrote {file}" for file in files), *notices(runner)):
        runner.console.say(line)


def notices(runner):
    """Yields what a reader of a request's results must know before their numbers."""
    yield from first_epoch_notes(runner, runner.jobs)
    if is_phantom(runner.dataset.name):
        yield (
            "These are PHANTOM results: synthetic heads, narrow networks, few epochs. "
            "They show that everything runs and say nothing about the paper's numbers."
        )
