"""What the paper concludes from Tables 1 to 3, and whether our rows support it."""

from dataclasses import dataclass

from common.reporting.claims import Claim, ClaimTable
from common.reporting.published import read_published
from papers.linkdsl.tables import DICE, TABLES


@dataclass(frozen=True)
class DiceTable(ClaimTable):
    """Judges the claims by the mean Dice, paired by image; see `ClaimTable`.

    The mean IoU of the paper is of pooled counts, which no two images can be paired by.
    """

    dataset = "figshare"
    first_columns = (
        *("claim", "table", "first", "second", "score"),
        *("published_first", "published_second", "published_difference"),
    )

    def published(self, claim):
        for table in TABLES[:3]:
            value = read_published(table.published_csv)
            value = value.set_index(["row", "column"])["value"]
            keys = {row.method: row.key for row in table.rows}
            if {claim.first, claim.second} <= set(keys):
                first, second = (
                    value[keys[method], "dice"]
                    for method in (claim.first, claim.second)
                )
                return {
                    "claim": claim.text,
                    "table": table.name,
                    "first": claim.first,
                    "second": claim.second,
                    "score": claim.score,
                    "published_first": first,
                    "published_second": second,
                    "published_difference": second - first,
                }
        raise ValueError(f"Expected methods of one table. Received: {claim}.")

    def judge(self, claim, cases):
        """Judges a claim; a run that lacks one of the methods has no line."""
        patients = cases["patient"].nunique()
        # Each image counts once, as in the paper's means; its patients are counted.
        images = cases.assign(patient=cases["case"].astype(str))
        return [
            ours
            | {
                "n_patients": patients,
                "convention": DICE.convention,
                "verdict": claim.verdict(run["ci_low"], run["ci_high"]),
                "note": self.difference_from_paper(run),
            }
            for run, ours in self.compare(images, claim.first, claim.second, DICE)
        ]


_LOSS = "BCE-Dice instead of BCE improves the mean Dice (III.B; Table 1)"
_DUAL = "Dual-Scale LinkNet has better performance than other scales (III.B; Table 2)"
_CASCADE = "the cascade boosts the Dice of Dual-Scale LinkNet (III.B; Table 3)"

CLAIMS = (
    Claim(_LOSS, "bce", "linknet", "dice"),
    *(Claim(_DUAL, other, "dual", "dice") for other in ("linknet", "triad", "multi")),
    Claim(_CASCADE, "dual", "cdsl", "dice"),
)
CLAIM_TABLE = DiceTable(CLAIMS)
