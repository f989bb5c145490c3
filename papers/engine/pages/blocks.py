"""The generated parts that every paper's page has, its protocol among them."""

from pathlib import Path

from common.evidence import describe
from papers import registry
from papers.engine.pages.costs import costs_table
from papers.engine.pages.headline import verdict
from papers.engine.pages.pictures import curves
from papers.engine.pages.text import folded, markdown

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


def protocol_table(paper):
    """Returns a folded table of the published protocol's values and their evidence."""
    rows = []
    for entry in describe(paper.published):
        note = entry.note
        options = entry.limits.options or ()
        if len(options) > 1:
            note += f"; possible: {', '.join(map(str, options))}"
        rows.append((f"`{entry.key}`", entry.value, entry.kind, note))
    kinds = [entry.kind for entry in describe(paper.published)]
    counts = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    table = markdown(("key", "value", "evidence", "where or why"), rows)
    return folded(f"All {len(rows)} values ({', '.join(counts)})", table)


def profiles_table(paper):
    """Returns a folded table of what each profile replaces in the protocol."""
    rows = [
        (name, ", ".join(f"`{k}={v}`" for k, v in changes.items()) or "nothing")
        for name, changes in paper.profiles.items()
    ]
    table = markdown(("profile", "replaces in the protocol"), rows)
    return folded("What each profile replaces in the protocol", table)
