"""The page on a Dice of zero names findings that the checks have."""

import re
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"


def test_every_finding_that_the_page_names_exists():
    rows = re.findall(r"^\| \*\*.*", (DATA / "zero_dice.md").read_text("utf-8"), re.M)
    named = {word for row in rows for word in re.findall("`([a-z-]+)`", cell(row))}
    code = "".join(path.read_text("utf-8") for path in DATA.rglob("*.py"))
    assert len(named) > 12
    assert [name for name in sorted(named) if f'"{name}"' not in code] == []


def cell(row):
    """The third cell of a row: the findings of the check."""
    return row.split(" | ")[2]
