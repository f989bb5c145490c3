"""What a stage that writes results ends with: its table, then where the files are."""

from common.reporting.cells import is_phantom
from common.reporting.cells_file import read_cells
from common.reporting.people import lines_of, main_columns, small_tables
from papers.engine.places import cells_of, is_suites, runs_of
from papers.engine.request import SUITES
from papers.engine.results import notices, results_folder


def show_end(runner, files):
    """Shows the table of a request's runs beside the published and the suite's numbers.

    Args:
        runner: a `papers.engine.runner.Runner` whose tables are written.
        files: the files that were written.
    """
    paper, console = runner.paper, runner.console
    for line in notices(runner):
        console.say(line)
    title = "PHANTOM, " * is_phantom(runner.dataset.name) + paper.id
    for table in small_tables(_lines(runner), main_columns(paper.tables), title):
        console.small_table(table)
    folder = results_folder(runner, runner.request.results)
    names = ", ".join(sorted(file.name for file in files))
    console.say(f"Other scores, figures and all rows are in {folder}: {names}")


def _lines(runner):
    """Returns the lines of a request's runs, with the suite's of the same kind."""
    paper, root = runner.paper, runner.request.results
    path = results_folder(runner, root) / "cells.csv"
    cells = runs_of(read_cells(path, f"`make tables RESULTS={root}` writes it"))
    yours = cells[_are_of(runner, cells)]
    suite = cells[:0]
    if not is_suites(root):
        suite = runs_of(cells_of(paper, SUITES))
        phantom = is_phantom(runner.dataset.name)
        suite = suite[suite["data"].map(is_phantom) == phantom]
    suite = suite[suite["row"].isin(yours["row"]) & suite["split"].isin(yours["split"])]
    return [line for line in lines_of(paper.tables, suite, yours) if line.runs]


def _are_of(runner, cells):
    """Marks the cells of the jobs of a request."""
    jobs = runner.jobs
    return (
        (cells["data"] == runner.dataset.name)
        & (cells["fingerprint"] == jobs[0].fingerprint[:12])
        & (cells["profile"] == runner.request.profile_label())
        & cells["budget"].isin({job.budget for job in jobs})
        & cells["split"].isin({job.split_name for job in jobs})
    )
