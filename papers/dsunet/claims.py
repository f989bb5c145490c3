"""What the paper concludes from its lost Table 1, and whether our rows support it."""

from dataclasses import dataclass

from common.reporting.claims import Claim, ClaimTable
from common.reporting.published import read_published
from papers.dsunet.tables import DICE, MEAN_DICE, TABLES


@dataclass(frozen=True)
class DiceTable(ClaimTable):
    """Judges the claim by each Dice; see `ClaimTable`.

    The paper's Dice by region is lost, so that its only numbers are of parameters.
    """

    dataset = TABLES[0].dataset
    first_columns = (
        *("claim", "first", "second", "score"),
        *("published_parameters_first", "published_parameters_second"),
    )

    def published(self, claim):
        table = read_published(TABLES[0].published_csv)
        value = table.set_index(["row", "column"])["value"]
        first, second = (
            value[row.key, "parameters"]
            for name in (claim.first, claim.second)
            for row in TABLES[0].rows
            if row.method == name
        )
        return {
            "claim": claim.text,
            "first": claim.first,
            "second": claim.second,
            "score": claim.score,
            "published_parameters_first": first,
            "published_parameters_second": second,
        }

    def judge(self, claim, cases):
        (column,) = (c for c in (*DICE, MEAN_DICE) if c.key == claim.score)
        return self.judge_by(claim, cases, column)


_BETTER = "'even better results with almost the half of the parameters' (1)"

CLAIMS = tuple(
    Claim(_BETTER, "isensee", "separable", column.key) for column in (*DICE, MEAN_DICE)
)
CLAIM_TABLE = DiceTable(CLAIMS)
