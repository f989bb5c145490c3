"""The pages in the tree are what code, results and benchmarks give."""

import re
from pathlib import Path

import pytest

from papers import registry
from papers.engine import pages
from papers.engine.cli.reports import PAPERS
from papers.engine.pages.folders import folder_blocks
from papers.engine.pages.front import PICTURED, front_blocks
from papers.engine.pages.index import index_blocks

ROOT = PAPERS.parent
RESULTS = ROOT / "results"
MAX_COLUMNS = 9
READERS = [ROOT / "README.md", *sorted(PAPERS.glob("*/README.md"))]
READERS += [RESULTS / "README.md", *(ROOT / page for page in folder_blocks())]
READERS += sorted(RESULTS.glob("*/weights/README.md"))


def holds(path, blocks):
    """Asserts that a page has each block as it should be, and no other marks."""
    text = path.read_text(encoding="utf-8")
    for name, content in blocks.items():
        again = pages.update(text, {name: content})
        assert again == text, f"{path}, {name}: run `make pages`"
    assert set(re.findall(r"<!-- begin (\w+) -->", text)) == set(blocks)


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_page_is_up_to_date(paper_id):
    paper = registry.paper(paper_id)
    holds(PAPERS / paper_id / "README.md", paper.page.blocks(paper, RESULTS))


def test_front_page_is_up_to_date_and_short():
    holds(ROOT / "README.md", front_blocks(ROOT, RESULTS))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    for paper_id in registry.IDS:
        assert f"papers/{paper_id}/README.md" in text
    assert set(PICTURED) <= set(registry.IDS)


def test_index_and_folders_are_up_to_date():
    holds(RESULTS / "README.md", index_blocks(RESULTS))
    for page, blocks in folder_blocks().items():
        holds(ROOT / page, blocks)


@pytest.mark.parametrize("path", READERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_reader_finds_tables_that_fit_and_no_folder_of_ours(path):
    text = path.read_text(encoding="utf-8")
    assert "../shared" not in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.count(" | ") < MAX_COLUMNS, line[:80]


def test_folders_in_commands_are_named_as_a_reader_has_them():
    """`DATA=` takes a folder of the reader's: no path of the machine that ran it."""
    for path in READERS:
        for folder in re.findall(r"\bDATA=\"?([^\s\"`]+)", path.read_text("utf-8")):
            known = folder.startswith(("<", "downloads/", "mine/", "$"))
            assert known or "/" not in folder, f"{path}: {folder}"


def test_pictures_of_pages_are_small():
    for path in READERS:
        text = path.read_text("utf-8")
        targets = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
        for target in targets + re.findall(r'<img src="([^"]+)"', text):
            assert Path(path.parent / target).stat().st_size < 600_000, target
