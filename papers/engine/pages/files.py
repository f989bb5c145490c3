"""All files that have generated parts, as they should be."""

from papers import registry
from papers.engine import headers
from papers.engine.pages.folders import folder_blocks
from papers.engine.pages.front import front_blocks
from papers.engine.pages.index import index_blocks
from papers.engine.pages.marks import update
from papers.engine.pages.text import command_shown
from papers.engine.zoo.card import card_blocks
from papers.engine.zoo.shipped import FOLDER


def generated(root, results):
    """Yields each file that has generated parts, and its text with them replaced.

    Args:
        root: the folder of the repository.
        results: the folder of all results.
    """
    for paper in registry.papers():
        page = root / "papers" / paper.id / "README.md"
        yield page, _updated(page, paper.page.blocks(paper, results))
        protocol = root / "papers" / paper.id / "protocol.py"
        header = headers.header(paper, paper.page.costs(paper), results)
        yield protocol, headers.update(protocol.read_text(encoding="utf-8"), header)
        card = results / paper.id / FOLDER / "README.md"
        if card.exists():
            yield card, _updated(card, card_blocks(paper, results, command_shown))
    front = root / "README.md"
    yield front, _updated(front, front_blocks(root, results))
    for page, blocks in folder_blocks().items():
        yield root / page, _updated(root / page, blocks)
    index = results / "README.md"
    if index.exists():  # a user's own folder of results has none
        yield index, _updated(index, index_blocks(results))


def _updated(path, blocks):
    return update(path.read_text(encoding="utf-8"), blocks)
