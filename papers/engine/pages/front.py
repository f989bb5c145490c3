"""The generated parts of the front page: its pictures and its one table."""

import re

from common.reporting.differences import differences
from papers import registry
from papers.engine.console import count
from papers.engine.pages.benchmarks import rows_of
from papers.engine.pages.headline import ours
from papers.engine.pages.pictures import best_figure, image
from papers.engine.pages.speed import cells_ahead
from papers.engine.pages.text import NOT_RUN, markdown
from papers.engine.zoo import table as zoo

# The papers whose examples open the front page, of real scans only.
PICTURED = ("linkdsl", "anisocascade")
_PRECISION = re.compile(r", training\.precision=\w+")
# Pixels, so that the text below a picture is on the first screen, too.
MAX_WIDTH, MAX_HEIGHT = 720, 580


def front_blocks(root, results):
    """Returns the generated parts of the front page by name.

    Args:
        root: the folder of the repository.
        results: the folder of all results.
    """
    return {
        "hero": _picture(root, results, PICTURED[0]),
        "papers": papers_table(results),
        "scan": _picture(root, results, PICTURED[1]),
        "speed": speed_sentence(),
        "zoo": zoo.markdown(zoo.rows(results)),
    }


def papers_table(results):
    """Returns the table of the papers, each with one published number and our nearest.

    Args:
        results: the folder of all results.
    """
    rows = []
    for paper in registry.papers():
        headline, folder = paper.page.HEADLINE, results / paper.id
        name = f"[`{paper.id}`](papers/{paper.id}/README.md): {headline.name}"
        printed = f"{headline.published(folder)}, `{paper.dataset}`"
        cell = headline.nearest(folder)
        if cell is None:
            rows.append((name, headline.score, printed, NOT_RUN, ""))
            continue
        run = run_of(cell, paper)
        rows.append((name, headline.score, printed, ours(cell), run))
    head = ("paper", "score", "published", "ours")
    return markdown((*head, "what ours was run on, and what separates the two"), rows)


def speed_sentence():
    """Returns how often each paper's networks are at least as fast as PyTorch's."""
    counts, machines = [], set()
    for paper in registry.papers():
        ahead, cells = cells_ahead(paper.page.BESIDE_PYTORCH)
        counts.append(f"{ahead} of {cells} of `{paper.id}`")
        machines |= set(rows_of(paper.page.BESIDE_PYTORCH)["machine"])
    on = " and ".join(sorted(one.partition(" cores,")[0] for one in machines))
    return (
        "Cells (a network, step or inference, a size, a type) in which we are at least "
        "as fast as PyTorch in its better memory format, by `make bench` on "
        f"{on} cores: {', '.join(counts)}."
    )


def run_of(cell, paper):
    """Returns what a row was run on, beside what the published number is of.

    Args:
        cell: the row's cell by column.
        paper: the paper of the published number.
    """
    # The precision is about speed; pages of papers name it.
    group = cell | {"profile": _PRECISION.sub("", cell["profile"])}
    budget = paper.protocol_of("paper").budget
    found = differences(group, paper.dataset, budget)
    found = [f"{text} in all" if text.endswith(" cases") else text for text in found]
    data = f"{count(int(cell['n_cases']), 'case')} of `{cell['data']}`"
    if cell["data"] != paper.dataset:
        data, found = f"{data}, not of `{paper.dataset}`", found[1:]
    remark = paper.page.HEADLINE.remark
    if not cell["budget"][0].isdecimal() and remark:
        found.remove(cell["budget"])  # of weights as they were given
    return "; ".join(filter(None, [data, *found, remark]))


def _picture(root, results, paper_id):
    """Returns a paper's example on real data, or a line that says there is none."""
    picture = registry.paper(paper_id).page.EXAMPLE
    path = best_figure(results / paper_id, picture.prefix)
    if path is None:
        return f"<!-- no figure of real data of {paper_id} is committed -->"
    caption = f"{picture.title}. {picture.attribution}"
    return image(path, root, caption, width=_width(path))


def _width(path):
    from PIL import Image

    with Image.open(path) as picture:
        width, height = picture.size
    return min(MAX_WIDTH, round(MAX_HEIGHT * width / height / 10) * 10)
