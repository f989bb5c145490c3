"""What the paper says of its three views, and whether our rows support it."""

from dataclasses import dataclass

from common.reporting.claims import Claim, ClaimTable
from papers.anisocascade.tables import DICE, TABLES


@dataclass(frozen=True)
class ViewTable(ClaimTable):
    """Judges the fusion of views by each Dice; see `ClaimTable`.

    The paper gives the reason for the fusion, and no number without it.
    """

    dataset = TABLES[0].dataset
    first_columns = ("claim", "first", "second", "score")

    def published(self, claim):
        return {
            "claim": claim.text,
            "first": claim.first,
            "second": claim.second,
            "score": claim.score,
        }

    def judge(self, claim, cases):
        (column,) = (c for c in DICE if c.key == claim.score)
        return self.judge_by(claim, cases, column)


_FUSION = "'to take advantage of 3D features, we fuse' three views (2.2)"

CLAIMS = tuple(
    Claim(_FUSION, "cascade-axial", "cascade", column.key) for column in DICE
)
CLAIM_TABLE = ViewTable(CLAIMS)
