"""The verbs that compare what was reproduced with what is published."""

from itertools import chain

import typer

from common.errors import UserError
from common.files import write_text
from common.reporting.people import (
    OWNER,
    as_latex,
    as_markdown,
    main_tables_of,
    notes_once,
    tables_of,
    wide_table,
    without_empty,
)
from common.reporting.tables import joined_table
from common.reporting.text import to_csv
from papers.engine import datasets
from papers.engine.cli.options import DataSet, Form, OnePaper, Results
from papers.engine.cli.recorded import recorded
from papers.engine.console import Console
from papers.engine.places import compared, comparison_of, screen_of, together
from papers.engine.request import LOCAL, SUITES
from papers.engine.results import write_again

verbs = typer.Typer()
# For each format: the text of a table, a comment, and the end of a file's name.
_FORMS = {
    "markdown": (as_markdown, "<!-- {} -->", "md"),
    "latex": (as_latex, "% {}", "tex"),
}


@verbs.command()
def join(dataset: DataSet, results: Results = LOCAL, form: Form = None):
    """Compare papers on one data set: the main score; every score goes to files."""
    datasets.tools(dataset)
    text_of, comment, ending = _known(form)
    papers = compared(results, dataset, Console().say)
    # A screen has room for the main score of each region; what is pasted has them all.
    choose = tables_of if form else main_tables_of
    of_papers = [choose(one.lines, one.tables, one.paper.id) for one in papers]
    paths = write_joined(papers, dataset, results)
    if form:
        text = "\n\n".join(map(text_of, chain(*of_papers))) + "\n"
        paths.append(results / f"table_{dataset}.{ending}")
        write_text(paths[-1], text)
        Console().text(text)
    else:
        for table in chain(*map(notes_once, of_papers)):
            Console().small_table(table)
        shape, everything = paths
        Console().say(f"The other scores are in {shape} and {everything}")
        return
    for path in paths:
        Console().say(comment.format(f"wrote {path}"))


@verbs.command()
def compare(results: Results = LOCAL, form: Form = None):
    """Compare all papers: published, ours, the gap and what separates them."""
    text_of, *_ = _known(form)
    console = Console()
    papers = compared(results, say=console.say)
    if form:
        console.text(text_of(comparison_of(papers)))
    else:
        console.screen(screen_of(papers, console.width))


@verbs.command()
def tables(paper: OnePaper = None, results: Results = SUITES):
    """Write tables again from the rows in `cases.csv`; needs no data and no runs."""
    for known in recorded(paper, results, "cases.csv"):
        for folder in write_again(known, results):
            Console().say(f"wrote the tables of {folder}")
    for path in sorted(results.glob("table_*_all.csv")):
        dataset = path.stem.removeprefix("table_").removesuffix("_all")
        for written in write_joined(
            compared(results, dataset, Console().say), dataset, results
        ):
            Console().say(f"wrote {written}")


def _known(form):
    """Returns what makes the text of a table, a comment, and a file's ending.

    Raises:
        UserError: there is no such format.
    """
    if form is None:
        return None, "{}", None
    if form not in _FORMS:
        known, step = " or ".join(_FORMS), f"such as FORMAT={next(iter(_FORMS))}"
        raise UserError(f"FORMAT={form}", known, repr(form), step)
    return _FORMS[form]


def write_joined(papers, dataset, results):
    """Writes the tables on a data set: in the papers' shape, and with everything.

    Args:
        papers: as `compared` returns them.
        dataset: name of the data set.
        results: folder of all results.

    Returns:
        The two files.
    """
    people = {one.paper.id: (one.tables, one.lines) for one in papers}
    suites = {p.paper.id: (p.tables, together(p.suite, p.apart)) for p in papers}
    yours = joined_table({p.paper.id: (p.tables, p.yours) for p in papers}).copy()
    yours[OWNER] = "you"
    everything = together(joined_table(suites), yours)
    paths = [results / f"table_{dataset}.csv", results / f"table_{dataset}_all.csv"]
    write_text(paths[0], to_csv(wide_table(people)))
    write_text(paths[1], to_csv(without_empty(everything)))
    return paths
