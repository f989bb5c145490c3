"""What the paper concludes from Table 1, and whether our rows support it."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from common.reporting.cells import GROUP
from common.reporting.claims import difference_from_paper
from common.reporting.paired import Paired
from common.reporting.published import read_published
from common.reporting.table import Column

REGIONS = ("wt", "tc", "et")
_OURS = ["mean_first", "mean_second", "difference", "ci_low", "ci_high"]
_OURS += ["p_wilcoxon", "n_patients", "n_cases", "folds", "seeds"]
_COLUMNS = ["claim", "first", "second", "score", "published_first", "published_second"]
_COLUMNS += ["published_difference", *GROUP, *_OURS, "verdict", "note"]


@dataclass(frozen=True)
class Claim:
    """One order of two methods.

    Args:
        text: the claim in words, and where it is made.
        first: id of the method that is compared with.
        second: id of the other one.
        score: `"dice"` or `"sensitivity"`, the mean of the three regions.
        rises: whether the second is said to be higher; else, not to be.
    """

    text: str
    first: str
    second: str
    score: str
    rises: bool = True

    def verdict(self, low, high):
        """Judges by the 95 % interval of the difference, second minus first."""
        if low > 0:
            return "supported" if self.rises else "contradicted"
        if high < 0:
            return "contradicted" if self.rises else "supported"
        return "undecided" if self.rises else "undecided: no rise shown"


@dataclass(frozen=True)
class Claims:
    """Compares methods on the same held-out patients, a line a claim and run.

    Args:
        claims: the `Claim`s.
        columns: by score, the `common.reporting.table.Column` of our rows.
        published_csv: the table that the claims are made from.
        dataset: name of the data set that they are of.
    """

    claims: tuple[Claim, ...]
    columns: dict[str, Column]
    published_csv: Path
    dataset: str

    def __call__(self, cases):
        """Returns a `DataFrame` with one row a claim and group, `GROUP`.

        Args:
            cases: as `common.reporting.cases.read_cases` returns them.
        """
        lines = []
        for claim in self.claims:
            head = self.published(claim)
            compare = Paired(claim.first, claim.second, (self.columns[claim.score],))
            for run in compare(cases).to_dict("records"):
                mine = {name: run[name] for name in (*GROUP, *_OURS)}
                verdict = claim.verdict(run["ci_low"], run["ci_high"])
                last = {
                    "verdict": verdict,
                    "note": difference_from_paper(run, self.dataset),
                }
                lines.append(head | mine | last)
        return pd.DataFrame(lines, columns=_COLUMNS)

    def published(self, claim):
        """Returns a claim's first columns: its words and its numbers in the paper."""
        table = read_published(self.published_csv)
        value = table.set_index(["row", "column"])["value"]
        first, second = (
            sum(value[method, f"{region}_{claim.score}"] for region in REGIONS) / 3
            for method in (claim.first, claim.second)
        )
        return {
            "claim": claim.text,
            "first": claim.first,
            "second": claim.second,
            "score": claim.score,
            "published_first": first,
            "published_second": second,
            "published_difference": second - first,
        }
