"""Writes the report's pages, with what they need beside them."""

import shutil
import time
from pathlib import Path

from common.audit.audit import audit
from common.audit.input import read_printed
from common.evidence import describe
from common.files import atomic_path, write_text
from common.reporting.people import dice_first, nearest
from common.reporting.people.lines import SUITE, YOURS, lines_of_score
from papers import registry
from papers.engine import environment
from papers.engine.pages.claims import verdict_of_claims
from papers.engine.places import comparison_of, is_suites
from papers.engine.report.case_pages import images_script
from papers.engine.report.dots import dot_plots
from papers.engine.report.forest import differences_of
from papers.engine.report.learning import HEIGHT, WIDTH, learning_of
from papers.engine.report.rows import case_runs, data_script
from papers.engine.report.scores import scores_of
from papers.engine.request import SUITES

REPORT = SUITES / "report"  # which git ignores
HERE = Path(__file__).parent
_ASSETS = HERE / "assets"
_VENDORED = tuple(
    HERE / "vendor" / name for name in ("niivue.umd.js", "niivue-LICENSE.txt")
)
PAGES = ("paper", "cases", "case")  # of each paper


def write_report(compared, results, folder=REPORT):
    """Writes the report: `index.html`, each paper's pages and `assets/`.

    Args:
        compared: the papers, as `papers.engine.places.compared` returns them.
        results: folder of all results that the report is of.
        folder: where to write.

    Returns:
        The path of its first page.

    Raises:
        UserError: a file of results cannot be read, or the folder cannot be written.
    """
    pages = templates()
    shared = {
        "papers": [one.paper for one in compared],
        "made": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "here": environment.describe(),
        "results": _places(compared, results),
        "yours": any(len(one.yours) for one in compared),
        "page_of": page_of,
    }
    findings = _findings(shared["papers"])
    runs = {one.paper.id: case_runs(one.paper, results) for one in compared}
    for one in compared:
        ran, paper = runs[one.paper.id], one.paper
        own = findings[findings["paper"] == paper.id].to_dict("records")
        context = shared | _context(one, ran, results) | {"findings": own}
        for name in PAGES:
            text = pages.get_template(f"{name}.html").render(context)
            write_text(folder / page_of(paper, name), text)
        for table, plots, notes in context["tables"]:
            if len(plots) > 1 and not table.in_paper:
                about = context | {"table": table, "plots": plots, "notes": notes}
                text = pages.get_template("table.html").render(about)
                write_text(folder / page_of(paper, f"table{table.name}"), text)
        script = data_script(paper, ran, scores_of(paper.tables))
        write_text(folder / f"{paper.id}-data.js", script)
        images = images_script(folder, paper.id)
        write_text(folder / f"{paper.id}-images.js", images)
    front = {
        "overview": [_headline(one, runs[one.paper.id]) for one in compared],
        "comparison": comparison_of(compared),
        "findings": findings.to_dict("records"),
    }
    text = pages.get_template("overview.html").render(shared | front)
    copy_assets(folder)
    write_text(folder / "index.html", text)
    return folder / "index.html"


def copy_assets(folder):
    """Copies styles, scripts and the viewer beside pages.

    Args:
        folder: the folder of the pages.
    """
    for path in (*sorted(_ASSETS.iterdir()), *_VENDORED):
        with atomic_path(folder / "assets" / path.name) as temporary:
            shutil.copyfile(path, temporary)


def page_of(paper, name):
    """Returns the file name of a paper's page.

    Args:
        paper: the paper.
        name: `"paper"`, `"cases"`, `"case"`, or `"table_readings"` and its like: a
            table that the paper does not print, with all of its scores.
    """
    return f"{paper.id}.html" if name == "paper" else f"{paper.id}-{name}.html"


def _context(one, runs, results):
    """Returns what a paper's pages show."""
    paper = one.paper
    folders = _folders(paper, results)
    return {
        "paper": paper,
        "runs": runs,
        "verdict": _verdict(paper),
        "tables": [_table(one, table, runs) for table in one.tables],
        "paired": differences_of(paper, folders, "paired.csv"),
        "claims": differences_of(paper, folders, "claims.csv"),
        "curves": learning_of(paper, folders),
        "protocol": describe(paper.published),
        "plot": (WIDTH, HEIGHT),
    }


def _headline(one, runs):
    """Returns a paper, the plot of its first score with its notes, and its verdict."""
    lines = lines_of_score(nearest(one.lines), one.headline)
    plots, notes = dot_plots(lines, [one.headline], runs)
    return one.paper, plots, notes, _verdict(one.paper)


def templates():
    """Returns Jinja's environment of the templates, which escapes all that is shown."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _places(compared, results):
    """Returns the folders that the report's numbers are from."""
    folders = [path for one in compared for path in _folders(one.paper, results)]
    read = {owner for owner, _ in folders}
    read |= {YOURS for one in compared if len(one.yours)}
    return [str(SUITES)] + ([str(results)] if YOURS in read else [])


def _findings(papers):
    """Returns what is odd about the papers' printed numbers, as `audit` does."""
    published = Path(registry.__file__).parent
    return audit({p.id: read_printed(published / p.id / "published") for p in papers})


def _folders(paper, results):
    places = {SUITE: SUITES} | ({} if is_suites(results) else {YOURS: results})
    return [
        (owner, path.parent)
        for owner, root in places.items()
        for path in sorted((root / paper.id).rglob("cases.csv"))
    ]


def _table(one, table, runs):
    lines = [line for line in nearest(one.lines) if line.table == table]
    # As in the tables for people: the Dice first, the others can be unfolded.
    columns = dice_first(table.columns)
    plots, notes = dot_plots(lines, columns, runs)
    return table, plots, notes


def _verdict(paper):
    return verdict_of_claims(SUITES / paper.id).replace("`", "")
