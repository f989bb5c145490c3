"""What a paper concludes from its tables, judged by the rows of our runs."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from common.reporting.bootstrap import MIN_CASES
from common.reporting.cells import GROUP, is_phantom
from common.reporting.differences import differences
from common.reporting.order import groups_of
from common.reporting.paired import Paired

_OURS = ["cases", "mean_first", "mean_second", "difference", "ci_low", "ci_high"]
_OURS += ["p_wilcoxon", "n_patients", "n_cases", "folds", "seeds", "convention"]


@dataclass(frozen=True)
class Claim:
    """That one method scores higher than another.

    Args:
        text: the claim in words, and where the paper makes it.
        first: id of the method that is compared with.
        second: id of the method that is claimed to score higher.
        score: what is compared.
    """

    text: str
    first: str | None
    second: str
    score: str

    def interval(self, low, high):
        """Returns the interval that lies above 0 where the claim holds.

        Args:
            low: lower end of the 95 % interval of the difference, second minus first.
            high: its upper end.
        """
        return low, high

    def verdict(self, low, high):
        """Returns what the interval of the difference says of the claim.

        Returns:
            `"supported"`, `"contradicted"` or, where the interval has 0 in it or is
            not known, `"undecided"`.
        """
        low, high = self.interval(low, high)
        return "supported" if low > 0 else "contradicted" if high < 0 else "undecided"


# The columns of a claim about the difference of two published numbers.
OF_TWO_NUMBERS = ("claim", "first", "second", "score")
OF_TWO_NUMBERS += ("published_first", "published_second", "published_difference")


def of_two_numbers(claim, first, second):
    """Returns a claim's columns `OF_TWO_NUMBERS` by name.

    Args:
        claim: a `Claim`.
        first: the published number of its first method.
        second: that of its second method.
    """
    return {
        "claim": claim.text,
        "first": claim.first,
        "second": claim.second,
        "score": claim.score,
        "published_first": first,
        "published_second": second,
        "published_difference": second - first,
    }


@dataclass(frozen=True)
class ClaimTable(ABC):
    """The claims of a paper, judged on every data set, profile and split that was run.

    Methods are compared on the same held-out patients. Calling it with the rows of all
    cases gives the file `claims.csv`.

    Args:
        claims: the `Claim`s.
    """

    claims: tuple

    @property
    @abstractmethod
    def first_columns(self):
        """Names of the columns before those of the run, in order."""

    @property
    @abstractmethod
    def dataset(self):
        """Name of the data set that the claims are of."""

    @abstractmethod
    def published(self, claim):
        """Returns a claim's first columns: its words and its numbers in the paper."""

    @abstractmethod
    def judge(self, claim, cases):
        """Judges a claim by the rows of one run.

        Args:
            claim: one of `claims`.
            cases: rows of one group, `GROUP`, without failed cases.

        Returns:
            A list with each line's further columns by name, among them `verdict` and
            `note`: one for each selection of cases that the score depends on.
        """

    def __call__(self, cases):
        """Returns a `DataFrame` with rows for each claim and group, `GROUP`.

        Args:
            cases: as `common.reporting.cases.read_cases` returns them.
        """
        import pandas as pd

        groups = groups_of(cases[cases["status"] == "ok"], GROUP)
        lines = []
        for claim in self.claims:
            head = self.published(claim)
            for group, of_group in groups:
                same = dict(zip(GROUP, group, strict=True))
                judged = self.judge(claim, of_group)
                lines += [head | same | line for line in judged]
        columns = [*self.first_columns, *GROUP, *_OURS, "verdict", "note"]
        return pd.DataFrame(lines, columns=columns)

    def compare(self, cases, first, second, column, min_cases=MIN_CASES):
        """Compares two methods, paired by patient.

        Args:
            cases: rows of one group.
            first: id of the method that is compared with.
            second: id of the other one.
            column: the `common.reporting.table.Column` of the score.
            min_cases: patients that an interval needs.

        Returns:
            A list of `(run, ours)`: each line that `Paired` gives, of all cases and of
            those with the region, and those of its values that are columns of this
            table. It is empty where a method has no row.
        """
        pair = Paired(first, second, (column,), min_cases)
        runs = pair(cases).to_dict("records")
        return [(run, {name: run[name] for name in _OURS}) for run in runs]

    def judge_by(self, claim, cases, column):
        """Judges a claim by one score, paired by patient.

        Args:
            claim: one of `claims`.
            cases: rows of one group.
            column: the `common.reporting.table.Column` of the score.

        Returns:
            What `judge` returns; no line where a method was not run.
        """
        return [
            ours
            | {
                "verdict": claim.verdict(run["ci_low"], run["ci_high"]),
                "note": self.difference_from_paper(run),
            }
            for run, ours in self.compare(cases, claim.first, claim.second, column)
        ]

    def difference_from_paper(self, run):
        """Returns what separates a run from the paper's, or "" where nothing does."""
        return difference_from_paper(run, self.dataset)


def difference_from_paper(run, dataset, budget=None):
    """Returns what separates a run from the paper's, or "" where nothing does.

    Args:
        run: `data`, `coverage`, `profile` and `budget` of its rows.
        dataset: name of the data set that the paper's claims are of.
        budget: the published budget, if that is to be compared too.
    """
    if is_phantom(run["data"]):
        return "phantom: says nothing of the paper's"
    others = differences(run, dataset, budget)
    if not others:
        return ""
    return f"a comparison of methods, not with the paper's: {'; '.join(others)}"
