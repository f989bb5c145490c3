"""What evidence cites is in the papers: the sections exist, and have what is quoted."""

import re
from pathlib import Path

import pytest

from common.evidence import describe
from papers import registry

ROOT = Path(__file__).parents[2]
TEXTS = ROOT.parent / "shared" / "papers"
ROMAN = str.maketrans({"Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III", "Ⅳ": "IV"})
SECTION = r"(?:\d(?:\.\d)?|[IVX]+(?:\.[A-Z])?)"
IDS = [paper.id for paper in registry.papers()]


def plain(text):
    """Returns a text's words, without hyphens, of which some only end a line."""
    joined = text.replace("’", "'").replace("-\n", "").replace("-", "")
    return " ".join(joined.split())


def sections(paper_id):
    """Returns the paper's text by section: `"3.1"`, `"II"`, `"II.B"`."""
    if not TEXTS.is_dir():
        pytest.skip("no texts of the papers: ../shared/papers is not there")
    text = (TEXTS / f"{paper_id}.txt").read_text(encoding="utf-8").translate(ROMAN)
    found, above, name = {}, "", None
    for line in text.splitlines():
        # "1. We propose" is the item of a list.
        head = re.match(
            r"\s?(\d(?:\.\d)?(?!\.)|[IVX]+\.?|[A-Z]\.) +[A-Z][A-Za-z]", line
        )
        if head and (number := _heading(head[1].strip("."), above, found)):
            name = number
            above = name.split(".")[0]
        if name:
            found[name] = found.get(name, "") + line + "\n"
    return {name: plain(body) for name, body in found.items()}


def _heading(number, above, found):
    """Returns the full number of a heading, or None for a line that only looks so."""
    if re.fullmatch(r"[A-HJ-UW-Z]", number):
        number = f"{above}.{number}"
        return number if re.match(r"[IVX]", above) and number not in found else None
    order = "I II III IV V".split() if number[0] in "IVX" else "1 2 3 4 5 6".split()
    if "." in number:
        return number if number.split(".")[0] == above and number not in found else None
    place = order.index(number) if number in order else -1
    expected = order.index(above) + 1 if above else 0
    return number if place == expected else None


def cited(paper_id):
    """Yields `(where, section)` of what code and protocol cite."""
    paper = registry.paper(paper_id)
    for entry in describe(paper.published):
        for section in re.findall(rf"^({SECTION})(?=[: ]|$)", entry.note):
            yield entry.key, section
    for path in sorted((ROOT / "papers" / paper_id).glob("*.py")):
        for match in re.findall(rf"[Ss]ections? ({SECTION})\b", path.read_text()):
            yield path.name, match


@pytest.mark.parametrize("paper_id", IDS)
def test_cited_sections_exist(paper_id):
    known = sections(paper_id)
    assert len(known) >= 4
    missing = [(where, name) for where, name in cited(paper_id) if name not in known]
    assert not missing, f"{missing} are none of {sorted(known)}"


@pytest.mark.parametrize("paper_id", IDS)
def test_quotes_of_stated_values_are_in_the_cited_section(paper_id):
    known = sections(paper_id)
    missing = []
    for entry in describe(registry.paper(paper_id).published):
        note = plain(entry.note)
        cites = re.match(rf"({SECTION}):", note)
        if not cites:
            continue
        within = " ".join(
            t for n, t in known.items() if f"{n}.".startswith(f"{cites[1]}.")
        )
        for quote in re.findall(r"(?<!\w)'([^']+(?:'\w[^']*)*)'(?!\w)", note):
            if quote not in within:
                missing.append((entry.key, quote))
    assert not missing
