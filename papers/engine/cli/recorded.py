"""The papers whose results folder holds what a verb needs."""

from common.errors import UserError
from papers import registry
from papers.engine.request import SUITES


def recorded(paper_id, results, name):
    """Returns the papers, of one or all, whose results folder has a file.

    Raises:
        UserError: none has.
    """
    papers = [registry.paper(paper_id)] if paper_id else registry.papers()
    found = [paper for paper in papers if (results / paper.id / name).exists()]
    if found:
        return found
    own = "" if results == SUITES else f" RESULTS={results}"
    begun = any((results / paper.id / "cases.csv").exists() for paper in papers)
    run = f"make reproduce-{papers[0].id} DATA=folder RESULTS={results}"
    phantoms = any((results / p.id / "phantom" / "cases.csv").exists() for p in papers)
    only = ", and the rows of a phantom are none to record" if phantoms else ""
    raise UserError(
        results,
        f"{name} in the folder of {paper_id or 'a paper'}",
        f"nothing recorded here{only}",
        f"`make record{own}` records the present results"
        if begun
        else f"`{run}`, with real data, makes rows; then `make record{own}`",
    )
