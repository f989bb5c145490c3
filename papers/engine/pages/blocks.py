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
        paper: the paper's declaration; its module `page` has `HEADLINE`, `EXAMPLE`,
            `BESIDE_PYTORCH` and `costs`.
        results: the folder of all results.
    """
    folder, page = results / paper.id, PAPERS / paper.id
    return {
        "verdict": verdict(paper, folder),
        "example": paper.page.EXAMPLE.shown(folder, page, _of_real_scans(paper, folder))
        or "No example is committed yet.",
        "costs": costs_table(paper.page.costs(paper)),
        "profiles": profiles_table(paper),
        "curves": curves(folder, page),
        "protocol": protocol_table(paper),
    }


def _of_real_scans(paper, folder):
    """Returns that no scan of a paper's rows is shown, and how readers see theirs."""
    cell = paper.page.HEADLINE.nearest(folder)
    if cell is None:
        return ""
    profile = cell["profile"].partition(",")[0]
    return (
        f"Images of {cell['data']}, which the rows below are of, are no part of the "
        "repository; once trained, "
        f"`make report PAPER={paper.id} DATA=<your folder> PROFILE={profile} "
        "CASES=median:1` shows yours."
    )
