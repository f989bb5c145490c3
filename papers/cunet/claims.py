"""What the paper concludes from Table 1, and whether our rows support it."""

from dataclasses import dataclass

from common.reporting.claims import (
    OF_TWO_NUMBERS,
    Claim,
    ClaimTable,
    of_two_numbers,
)
from common.reporting.published import read_published
from papers.cunet.tables import DATASET, MEANS, TABLE1_CSV

REGIONS = ("wt", "tc", "et")


@dataclass(frozen=True)
class OrderClaim(Claim):
    """The order of two methods in the mean score of the three regions.

    Args:
        rises: whether the second is claimed to be higher, or not to be higher.
    """

    rises: bool = True

    def interval(self, low, high):
        return (low, high) if self.rises else (-high, -low)

    def verdict(self, low, high):
        verdict = super().verdict(low, high)
        if verdict == "undecided" and not self.rises:
            return "undecided: no rise shown"
        return verdict


@dataclass(frozen=True)
class OrderTable(ClaimTable):
    """Judges the claims by the means over the regions; see `ClaimTable`."""

    dataset = DATASET
    first_columns = OF_TWO_NUMBERS

    def published(self, claim):
        table = read_published(TABLE1_CSV)
        value = table.set_index(["row", "column"])["value"]
        first, second = (
            sum(value[method, f"{region}_{claim.score}"] for region in REGIONS) / 3
            for method in (claim.first, claim.second)
        )
        return of_two_numbers(claim, first, second)

    def judge(self, claim, cases):
        """Judges a claim; a run that lacks one of the methods has no line.

        A method that finds nothing of a region in any case has not learned it, and is
        no measure for another one.
        """
        (column,) = (c for c in MEANS if c.key == f"mean_{claim.score}")
        lines = self.judge_by(claim, cases, column)
        blind = _finds_nothing(cases, (claim.first, claim.second))
        if not blind:
            return lines
        return [
            line | {"verdict": "not tested", "note": f"{blind}; {line['note']}"}
            for line in lines
        ]


def _finds_nothing(cases, methods):
    """Returns which methods find nothing of a region in any case, or ""."""
    columns = [f"{region}_sensitivity" for region in REGIONS]
    # A case without the region has no sensitivity.
    nothing = (cases.groupby("method")[columns].max() == 0).any(axis=1)
    blind = [name for name in methods if nothing.get(name, False)]
    return f"{' and '.join(blind)} found nothing of a region" if blind else ""


_OTHERS = ("unet", "bfcn", "drn")
_LWS_UP = "loss weighted sampling raises the sensitivity (3.3)"
_LWS_DICE = "loss weighted sampling does not raise the mean Dice (Table 1; no sentence)"
_BEST = "CUN+LWS has the best sensitivity of the five (3.3)"
_BETTER = "CUN outperforms the three others in Dice and in sensitivity (3.3)"

CLAIMS = (
    OrderClaim(_LWS_UP, "cun", "cun_lws", "sensitivity"),
    OrderClaim(_LWS_DICE, "cun", "cun_lws", "dice", rises=False),
    *(OrderClaim(_BEST, other, "cun_lws", "sensitivity") for other in _OTHERS),
    *(
        OrderClaim(_BETTER, other, "cun", score)
        for score in ("dice", "sensitivity")
        for other in _OTHERS
    ),
)
CLAIM_TABLE = OrderTable(CLAIMS)
