"""The page `CHECKLIST.md` of a paper."""

import os

from common.evidence import describe
from papers import registry
from papers.engine.checklists.answer import STATUSES, answers
from papers.engine.pages.text import markdown

_TITLES = {
    "": "CLAIM 2024",
    "C": "ML code completeness",
    "R": "ML reproducibility",
}
_NOTES = {
    "": "The Checklist for Artificial Intelligence in Medical Imaging, 2024 update "
    "(Tejani et al., Radiology: Artificial Intelligence 6(4), 2024, "
    "doi:10.1148/ryai.240300), all 44 items with its numbers.",
    "C": "The five items of Papers with Code's ML Code Completeness Checklist (2020), "
    "of the authors' code. The letters before the numbers are ours.",
    "R": "What the Machine Learning Reproducibility Checklist (Pineau et al., 2020, as "
    "used by NeurIPS) asks for beyond the two above. Its items have no numbers: these "
    "are ours.",
}
_OPENING = """# Checklists: `{id}`

What [the paper]({page}) states, what this suite chose or offers, and where that is.
Written by `make pages` from `checklist.csv` and the protocol: change those. Items are
in our own words.

**stated**, **partly**, **not stated**: in the paper's text; **not applicable**: the
item does not concern this paper; **not seen**: it would be in a part of the paper that
we do not have. The text at hand has no figures, and of some papers lacks title,
abstract, references or the last section. A paper that does not state something may
still have done it.
"""


def generated(root):
    """Yields each paper's checklist page, and its text.

    Args:
        root: the folder of the repository.
    """
    for paper in registry.papers():
        yield root / "papers" / paper.id / "CHECKLIST.md", checklist_page(paper, root)


def checklist_page(paper, root):
    """Returns the page as Markdown.

    Args:
        paper: the paper's declaration.
        root: the folder of the repository.
    """
    folder = root / "papers" / paper.id
    entries = {entry.key: entry for entry in describe(paper.published)}
    found = answers(folder)
    parts = [_OPENING.format(id=paper.id, page="README.md")]
    for letter, title in _TITLES.items():
        of_list = [one for one in found if one.item.rstrip("0123456789") == letter]
        counts = _counts(of_list)
        rows = [_row(one, entries, root, folder) for one in of_list]
        head = ("item", "asks for", "in the paper", "what it states", "here", "where")
        parts.append(f"## {title}\n\n{_NOTES[letter]} {counts}.\n")
        parts.append(markdown(head, rows) + "\n")
    return "\n".join(parts)


def _counts(of_list):
    said = [one.reported for one in of_list]
    there = [status for status in STATUSES if status in said]
    return "Here: " + ", ".join(f"{said.count(status)} {status}" for status in there)


def _row(answer, entries, root, folder):
    where = "<br>".join(_shown(one, entries, root, folder) for one in answer.where)
    return (
        answer.item,
        answer.asks,
        f"**{answer.reported}**",
        answer.paper,
        answer.here,
        where,
    )


def _shown(name, entries, root, folder):
    """Returns a place as a link, or a value of the protocol with its evidence."""
    if name in entries:
        return f"`{name}` = {entries[name].value} ({entries[name].kind})"
    path, _, anchor = name.partition("#")
    if "/" not in path and not (root / path).exists():  # a dotted name
        module = root / path.rpartition(".")[0].replace(".", "/")
        return f"[`{name}`]({os.path.relpath(module.with_suffix('.py'), folder)})"
    target = os.path.relpath(root / path, folder)
    return f"[{path}]({target}{'#' + anchor if anchor else ''})"
