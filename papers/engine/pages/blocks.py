"""The generated parts that every paper's page has."""

from pathlib import Path

from papers import registry
from papers.engine.pages.costs import costs_table
from papers.engine.pages.headline import verdict
from papers.engine.pages.pictures import curves
from papers.engine.pages.protocol import profiles_table, protocol_table

PAPERS = Path(registry.__file__).parent


def paper_blocks(paper, results):
    """Returns the generated parts that every paper's page has, by name.

    Args:
        paper: the paper's declaration; its module `page` has `HEADLINE`, `EXAMPLE` and
            `costs`.
        results: the folder of all results.
    """
    folder, page = results / paper.id, PAPERS / paper.id
    return {
        "verdict": verdict(paper, folder),
        "example": paper.page.EXAMPLE.shown(folder, page)
        or "No example is committed yet.",
        "costs": costs_table(paper.page.costs(paper)),
        "profiles": profiles_table(paper),
        "curves": curves(folder, page),
        "protocol": protocol_table(paper),
    }
