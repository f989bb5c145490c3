"""What the paper concludes from Tables 1 to 3, and whether our rows support it."""

from dataclasses import dataclass

from common.reporting.claims import (
    OF_TWO_NUMBERS,
    Claim,
    ClaimTable,
    of_two_numbers,
)
from common.reporting.published import read_published
from papers.linkdsl.tables import DICE, TABLES


@dataclass(frozen=True)
class OfTable(Claim):
    """A claim about two rows of a table of the paper.

    Args:
        table: the table's number.
    """

    table: str


@dataclass(frozen=True)
class DiceTable(ClaimTable):
    """Judges the claims by the mean Dice, paired by image; see `ClaimTable`.

    The mean IoU of the paper is of pooled counts, which no two images can be paired by.
    """

    dataset = "figshare"
    first_columns = ("table", *OF_TWO_NUMBERS)

    def published(self, claim):
        (table,) = [one for one in TABLES[:3] if one.name == claim.table]
        value = read_published(table.published_csv)
        value = value.set_index(["row", "column"])["value"]
        keys = {row.method: row.key for row in table.rows}
        first, second = (
            value[keys[method], claim.score] for method in (claim.first, claim.second)
        )
        return {"table": table.name} | of_two_numbers(claim, first, second)

    def judge(self, claim, cases):
        """Judges a claim; a run that lacks one of the methods has no line."""
        patients = cases["patient"].nunique()
        # Each image counts once, as in the paper's means; its patients are counted.
        images = cases.assign(patient=cases["case"].astype(str))
        own = {"n_patients": patients, "convention": DICE.convention}
        return [
            line | own | {"note": "; ".join(filter(None, [_OF_IMAGES, line["note"]]))}
            for line in self.judge_by(claim, images, DICE)
        ]


_OF_IMAGES = "interval over images, which are more than the patients"
_LOSS = "BCE-Dice instead of BCE improves the mean Dice (III.B; Table 1)"
_DUAL = "Dual-Scale LinkNet has better performance than other scales (III.B; Table 2)"
_CASCADE = "the cascade boosts the Dice of Dual-Scale LinkNet (III.B; Table 3)"

CLAIMS = (
    OfTable(_LOSS, "bce", "linknet", "dice", "1"),
    *(
        OfTable(_DUAL, one, "dual", "dice", "2")
        for one in ("linknet", "triad", "multi")
    ),
    OfTable(_CASCADE, "dual", "cdsl", "dice", "3"),
)
CLAIM_TABLE = DiceTable(CLAIMS)
