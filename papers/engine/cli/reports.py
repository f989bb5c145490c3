"""The verbs that show and check: papers, protocols, results, published numbers."""

from pathlib import Path
from typing import Annotated

import typer

from common import evidence
from common.audit.audit import write_audit
from common.errors import UserError
from common.files import write_json, write_text
from common.reporting import verify as ranges
from papers import registry
from papers.engine import checklists, crate, curves, pages
from papers.engine.cli.options import OnePaper, Results
from papers.engine.cli.recorded import recorded
from papers.engine.console import Console
from papers.engine.places import compared, promote
from papers.engine.quiet import import_tensorflow
from papers.engine.request import LOCAL, SUITES
from papers.engine.results import check_derived

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
def verify(paper: OnePaper = None, results: Results = SUITES):
    """Check results against their recorded ranges. Exit code 1 if one has left it."""
    console, outcomes = Console(), []
    for known in recorded(paper, results, "expected.csv"):
        folder = results / known.id
        outcomes += ranges.verify(folder, known.tables) + check_derived(known, folder)
    failures = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failures:
        console.say(str(outcome))
    count = f"{len(outcomes)} ranges and tables of {results}"
    console.say(f"{len(failures)} of {count} failed" if failures else f"{count} hold")
    raise typer.Exit(int(bool(failures)))


@verbs.command()
def record(
    paper: OnePaper = None,
    results: Results = SUITES,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Folder of runs that become the suite's own first, such as "
            "results/local.",
        ),
    ] = None,
):
    """Record the present results as the range that `verify` expects."""
    for known in _with_rows(paper, source) if source else ():
        promote(known, source, results, Console().say)
    for known in recorded(paper, results, "cases.csv"):
        ranges.record(results / known.id, known.tables)
        Console().say(f"recorded: {results / known.id / 'expected.csv'}")


@verbs.command("figures-again")
def figures_again(paper: OnePaper = None, results: Results = SUITES):
    """Draw again what recorded rows suffice for; remove figures that are stale."""
    import_tensorflow()
    for known in [registry.paper(paper)] if paper else registry.papers():
        curves.figures_again(known, results, Console().say)


@verbs.command()
def audit(results: Results = SUITES):
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


@verbs.command()
def report(paper: OnePaper = None, results: Results = LOCAL):
    """Write the report: HTML pages that open from the file system, offline."""
    from papers.engine.report import write_report

    papers = [registry.paper(paper)] if paper else registry.papers()
    found = compared(results, say=Console().say, papers=papers)
    Console().say(f"open {write_report(found, results)} in a browser")


@verbs.command("crate")
def write_crate(results: Results = SUITES):
    """Describe a folder of results as a research object: ro-crate-metadata.json."""
    path = results / crate.NAME
    write_json(path, crate.crate(PAPERS.parent, results))
    Console().say(f"wrote {path}")


@verbs.command("pages")
def write_pages(results: Results = SUITES):
    """Regenerate checklists and the generated parts of pages and protocol files."""
    import_tensorflow()
    root = PAPERS.parent
    for path, text in (*pages.generated(root, results), *checklists.generated(root)):
        write_text(path, text)
        Console().say(f"wrote {path}")


def _with_rows(paper_id, source):
    """Returns the papers, of one or all, that have rows in a folder of results.

    Raises:
        UserError: none has.
    """
    papers = [registry.paper(paper_id)] if paper_id else registry.papers()
    found = [paper for paper in papers if any((source / paper.id).rglob("cases.csv"))]
    if not found:
        raise UserError(
            source,
            f"cases.csv in the folder of {paper_id or 'a paper'}",
            "no runs here",
            f"`make reproduce-{papers[0].id}` leaves some in {LOCAL}: "
            f"`make record FROM={LOCAL}`",
        )
    return found
