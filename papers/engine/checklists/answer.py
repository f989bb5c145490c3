"""What a paper answers to the items of the checklists."""

import csv
from dataclasses import dataclass
from pathlib import Path

ITEMS = Path(__file__).with_name("items.csv")
STATUSES = ("stated", "partly", "not stated", "not applicable", "not seen")


@dataclass(frozen=True)
class Answer:
    """One item of a checklist, and what one paper says of it.

    Args:
        item: its number, such as `"7"` of CLAIM, `"C1"` or `"R1"`.
        section: the part of the checklist that it belongs to.
        asks: what it asks for, in words of our own.
        reported: one of `STATUSES`.
        paper: what the paper states, with the section.
        here: what this suite chose or offers.
        where: paths, dotted names and keys of the protocol that show it.
    """

    item: str
    section: str
    asks: str
    reported: str
    paper: str
    here: str
    where: tuple


def answers(folder):
    """Returns a paper's answers, in the order of the items.

    What the suite does alike for all papers stands with the item. A paper's own words
    replace it; places without words are added to the item's.

    Args:
        folder: the paper's package; its `checklist.csv` has one row per item.

    Raises:
        KeyError: an item has no row.
    """
    given = {row["item"]: row for row in _rows(folder / "checklist.csv")}
    found = []
    for item in _rows(ITEMS):
        own = given[item["item"]]
        places = [own["where"]] if own["here"] else [item["where"], own["where"]]
        where = ";".join(places).replace("<id>", folder.name).split(";")
        found.append(
            Answer(
                item["item"],
                item["section"],
                item["asks"],
                own["reported"],
                own["paper"],
                (own["here"] or item["here"]).replace("<id>", folder.name),
                tuple(one.strip() for one in where if one.strip()),
            )
        )
    return found


def _rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
