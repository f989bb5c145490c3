"""Every paper answers every item once, in the paper's own words where it is quoted."""

import csv
import re

import pytest

from papers import registry
from papers.engine import checklists
from papers.engine.checklists.answer import ITEMS
from papers.engine.cli.reports import PAPERS

ROOT = PAPERS.parent
TEXTS = ROOT.parent / "shared" / "papers"
EACH = pytest.mark.parametrize("paper_id", registry.IDS)
# Not the apostrophe of "the challenge's".
QUOTED = re.compile(r"(?<!\w)'([^']+)'(?!\w)")
LINKED = re.compile(r"\]\(([^)#]+)#([^)]+)\)")


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def plain(text):
    """A text without spaces and hyphens, for words are divided at the end of a line."""
    return re.sub(r"[\s-]+", "", re.sub("[’‘`]", "'", text)).lower()


def test_the_lists_are_whole():
    items = [row["item"] for row in rows(ITEMS)]
    claim = [str(n) for n in range(1, 45)]
    assert items == claim + [f"C{n}" for n in range(1, 6)] + [
        f"R{n}" for n in range(1, 7)
    ]


@EACH
def test_a_paper_answers_each_item_once(paper_id):
    given = rows(PAPERS / paper_id / "checklist.csv")
    assert [row["item"] for row in given] == [row["item"] for row in rows(ITEMS)]
    for row in given:
        assert row["reported"] in checklists.STATUSES, row
        # What is stated or does not apply is said with its place or its reason.
        silent = row["reported"] == "not stated"
        assert silent or row["paper"], f"{row['item']} of {paper_id} says nothing"


@EACH
def test_the_page_is_as_generated(paper_id):
    paper = registry.paper(paper_id)
    page = PAPERS / paper_id / "CHECKLIST.md"
    text = page.read_text(encoding="utf-8")
    assert text == checklists.checklist_page(paper, ROOT), "run `make pages`"
    assert "(CHECKLIST.md)" in (page.parent / "README.md").read_text(encoding="utf-8")


@EACH
def test_links_lead_to_headings(paper_id):
    folder = PAPERS / paper_id
    for path, anchor in LINKED.findall((folder / "CHECKLIST.md").read_text("utf-8")):
        headings = re.findall(r"^#+ (.*)$", (folder / path).read_text("utf-8"), re.M)
        slugs = [re.sub(r"[^\w -]", "", one).lower() for one in headings]
        assert anchor in [slug.replace(" ", "-") for slug in slugs], (path, anchor)


@EACH
@pytest.mark.real
def test_quotations_are_in_the_paper(paper_id):
    path = TEXTS / f"{paper_id}.txt"
    if not path.exists():
        pytest.skip(f"no text of the paper: {path}")
    text = plain(path.read_text(encoding="utf-8"))
    found = [
        quotation
        for row in rows(PAPERS / paper_id / "checklist.csv")
        for quotation in QUOTED.findall(row["paper"])
    ]
    assert found, "nothing is quoted"
    assert [one for one in found if plain(one) not in text] == []


def test_a_paper_without_an_item_is_refused(tmp_path):
    (tmp_path / "checklist.csv").write_text("item,reported,paper,here,where\n")
    with pytest.raises(KeyError):
        checklists.answers(tmp_path)


def test_what_holds_for_all_papers_is_replaced_by_a_papers_own(tmp_path):
    paper = tmp_path / "mine"
    paper.mkdir()
    lines = ["item,reported,paper,here,where"]
    own = {"7": ",mine/set.py", "23": "our software,mine/lock.txt"}
    lines += [
        f"{row['item']},partly,x,{own.get(row['item'], ',')}" for row in rows(ITEMS)
    ]
    (paper / "checklist.csv").write_text("\n".join(lines))
    found = {one.item: one for one in checklists.answers(paper)}
    assert found["7"].where == ("data/README.md", "mine/set.py")
    assert (found["23"].here, found["23"].where) == ("our software", ("mine/lock.txt",))
    assert found["37"].where == ("results/mine/cells.csv",)
