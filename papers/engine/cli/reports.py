"""The verbs that show and check: papers, protocols, results, published numbers."""

from pathlib import Path
from typing import Annotated

import typer

from common import evidence
from common.audit.audit import write_audit
from common.errors import UserError
from common.files import write_text
from common.reporting import verify as ranges
from common.reporting.tables import joined_table
from common.reporting.text import to_csv
from papers import registry
from papers.engine import curves, datasets, pages
from papers.engine.cli.options import DataSet, OnePaper, Results
from papers.engine.console import Console
from papers.engine.quiet import import_tensorflow
from papers.engine.results import check_derived, write_again

verbs = typer.Typer()
PAPERS = Path(registry.__file__).parent


@verbs.command("list")
def list_papers():
    """List the papers of the suite."""
    rows = [
        (paper.id, paper.title, paper.dataset, ", ".join(m.id for m in paper.methods))
        for paper in registry.papers()
    ]
    Console().table(("paper", "title", "data set", "methods"), rows)


@verbs.command()
def describe(
    paper: Annotated[str, typer.Argument(help="The paper, as `list` names it.")],
    profile: Annotated[str, typer.Option(help="The profile, such as `cpu`.")] = "paper",
):
    """Show every value of a paper's protocol and where it comes from."""
    known, console = registry.paper(paper), Console()
    console.say(f"{known.title}\n{known.citation}\n")
    console.say(f"Methods: {', '.join(f'{m.id} ({m.title})' for m in known.methods)}")
    for name, changes in known.profiles.items():
        values = ", ".join(f"{key}={value}" for key, value in changes.items())
        console.say(f"Profile {name} replaces {values or 'nothing'}")
    rows = [
        (entry.key, entry.value, entry.kind, entry.note)
        for entry in evidence.describe(known.protocol_of(profile))
    ]
    console.table(("key", "value", "evidence", "where or why"), rows, profile)


@verbs.command()
def join(dataset: DataSet, results: Results = Path("results")):
    """Join the tables of all papers on one data set into one CSV file."""
    datasets.tools(dataset)
    path = results / f"table_{dataset}.csv"
    write_text(path, to_csv(_joined(dataset, results)))
    Console().say(f"table: {path}")


@verbs.command()
def verify(paper: OnePaper = None, results: Results = Path("results")):
    """Check results against their recorded ranges. Exit code 1 if one has left it."""
    console, outcomes = Console(), []
    for known in _recorded(paper, results, "expected.csv"):
        folder = results / known.id
        outcomes += ranges.verify(folder, known.tables) + check_derived(known, folder)
    failures = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failures:
        console.say(str(outcome))
    count = f"{len(outcomes)} ranges and tables of {results}"
    console.say(f"{len(failures)} of {count} failed" if failures else f"{count} hold")
    raise typer.Exit(int(bool(failures)))


@verbs.command()
def record(paper: OnePaper = None, results: Results = Path("results")):
    """Record the present results as the range that `verify` expects."""
    for known in _recorded(paper, results, "cases.csv"):
        ranges.record(results / known.id, known.tables)
        Console().say(f"recorded: {results / known.id / 'expected.csv'}")


@verbs.command()
def tables(paper: OnePaper = None, results: Results = Path("results")):
    """Write tables again from the rows in `cases.csv`; needs no data and no runs."""
    for known in _recorded(paper, results, "cases.csv"):
        for folder in write_again(known, results):
            Console().say(f"wrote the tables of {folder}")
    for path in sorted(results.glob("table_*.csv")):
        join(path.stem.removeprefix("table_"), results)


@verbs.command("figures-again")
def figures_again(paper: OnePaper = None, results: Results = Path("results")):
    """Draw again what recorded rows suffice for; remove figures that are stale."""
    import_tensorflow()
    for known in [registry.paper(paper)] if paper else registry.papers():
        curves.figures_again(known, results, Console().say)


@verbs.command()
def audit(results: Results = Path("results")):
    """Compare the numbers that the papers print with each other and with the text."""
    folders = {path.parent.name: path for path in sorted(PAPERS.glob("*/published"))}
    path = results / "audit.csv"
    findings = write_audit(path, folders)
    console = Console()
    shown = ["severity", "paper", "table", "row", "columns", "rule", "explanation"]
    listed = findings[findings["severity"] != "note"]
    console.table(shown, listed[shown].to_numpy().tolist())
    counts = findings["severity"].value_counts()
    console.say(", ".join(f"{count} {name}" for name, count in counts.items()))
    console.say(f"wrote {path}")


@verbs.command("pages")
def write_pages(results: Results = Path("results")):
    """Regenerate the generated parts of the README pages and protocol files."""
    import_tensorflow()
    for path, text in pages.generated(PAPERS.parent, results):
        write_text(path, text)
        Console().say(f"wrote {path}")


def _joined(dataset, results):
    """Returns the rows of all papers whose published numbers are of a data set."""
    folders = {}
    for paper in registry.papers():
        tables = paper.tables_on(dataset)
        if tables:
            folders[paper.id] = results / paper.id, tables
    return joined_table(folders)


def _recorded(paper_id, results, name):
    """Returns the papers, of one or all, whose results folder has a file.

    Raises:
        UserError: none has.
    """
    papers = [registry.paper(paper_id)] if paper_id else registry.papers()
    found = [paper for paper in papers if (results / paper.id / name).exists()]
    if found:
        return found
    own = "" if results == Path("results") else f" RESULTS={results}"
    begun = any((results / paper.id / "cases.csv").exists() for paper in papers)
    raise UserError(
        results,
        f"{name} in the folder of {paper_id or 'a paper'}",
        "nothing recorded here",
        f"`make record{own}` records the present results"
        if begun
        else f"`make reproduce-{papers[0].id} DATA=folder{own}` makes some",
    )
