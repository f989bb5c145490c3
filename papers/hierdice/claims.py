"""What the paper concludes from Tables 1 to 6, and whether our rows support it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from common.reporting.bootstrap import MIN_CASES
from common.reporting.cells import GROUP
from common.reporting.claims import difference_from_paper
from common.reporting.paired import Paired
from common.reporting.published import read_published
from papers.hierdice.balance import PAPER_OTHERS_PER_ET

# A mean Dice below this is that of a method which misses the region; chosen.
MISSED = 0.01
# Of fewer patients nothing is said; the demo has three with enhancing tumor.
MIN_PATIENTS = 3
# Shares of the paper's imbalance. With less than the first, a claim about imbalance
# is not tested; with less than the second, it is not refuted either.
MIN_SHARE, FULL_SHARE = 0.1, 0.9
_OURS = ["mean_first", "mean_second", "difference", "ci_low", "ci_high"]
_OURS += ["p_wilcoxon", "n_patients", "n_cases", "folds", "seeds"]
_COLUMNS = ["claim", "score", "first", "second", "published_first", "published_second"]
_COLUMNS += ["published_others_per_et_pixel", "others_per_et_pixel", *GROUP, *_OURS]
_COLUMNS += ["verdict", "note"]


@dataclass(frozen=True)
class Claim:
    """That one method's score is higher than another's, or is none at all.

    Args:
        text: the claim in words, and the tables that it is made from.
        first: id of the method that is compared with; None for a score of 0.
        second: id of the other one; with a first one it is said to be higher,
            without, to miss the region.
        score: column of the tables.
        of_imbalance: whether it is about labels of few pixels.
    """

    text: str
    first: str | None
    second: str
    score: str
    of_imbalance: bool = True

    def found(self, low, high):
        """Judges by the 95 % interval of the difference, second minus first.

        Returns:
            Whether the claim holds, or None where the interval is on both sides.
        """
        if not self.first:  # that little is found at all
            low, high = MISSED - high, MISSED - low
        return True if low > 0 else False if high < 0 else None

    def judge(self, run, others_per_et_pixel):
        """Returns the verdict on one run and why.

        Args:
            run: `ci_low`, `ci_high` and `n_patients` of the comparison.
            others_per_et_pixel: of all cases of the group, in slices with tumor.
        """
        if run["n_patients"] < MIN_PATIENTS:
            return "not tested", f"fewer than {MIN_PATIENTS} patients"
        share = others_per_et_pixel / PAPER_OTHERS_PER_ET
        if self.of_imbalance and not share >= MIN_SHARE:
            return "not tested", "the paper's imbalance is absent"
        found = self.found(run["ci_low"], run["ci_high"])
        if found:
            return "supported", ""
        if self.of_imbalance and share < FULL_SHARE:
            return "not tested", "not found, but with less imbalance than the paper's"
        return "undecided" if found is None else "contradicted", ""


@dataclass(frozen=True)
class Claims:
    """Judges claims on every data set and split, paired by patient.

    Compared are the cases that have the claim's region: of others Dice says only
    whether something was found, whatever its size.

    Args:
        claims: the `Claim`s.
        tables: the `common.reporting.table.Table`s of a row each that they are
            made from.
    """

    claims: tuple[Claim, ...]
    tables: tuple

    def __call__(self, cases):
        """Returns a `DataFrame` with one row a claim and group, `GROUP`.

        Args:
            cases: as `common.reporting.cases.read_cases` returns them.
        """
        published = self._published()
        ran = cases[cases["status"] == "ok"]
        lines = []
        for claim in self.claims:
            head = {
                "claim": claim.text,
                "score": claim.score,
                "first": claim.first or "none",
                "second": claim.second,
                "published_first": published.get((claim.first, claim.score), 0.0),
                "published_second": published[claim.second, claim.score],
                "published_others_per_et_pixel": PAPER_OTHERS_PER_ET,
            }
            for group, of_group in ran.groupby(GROUP):
                same = dict(zip(GROUP, group, strict=True))
                lines.append(head | same | self._judged(claim, of_group))
        return pd.DataFrame(lines, columns=_COLUMNS)

    def _published(self):
        found = {}
        for table in self.tables:
            (row,) = table.rows
            for line in read_published(table.published_csv).itertuples():
                found[row.method, line.column] = line.value
        return found

    def _judged(self, claim, cases):
        needed = [name for name in (claim.first, claim.second) if name]
        lacking = [name for name in needed if not (cases["method"] == name).any()]
        balance = others_per_et_pixel(cases)
        shown = {"others_per_et_pixel": balance}
        if lacking:
            note = f"{', '.join(lacking)} was not run"
            return shown | {"verdict": "not tested", "note": note}
        column = next(c for c in self.tables[0].columns if c.key == claim.score)
        region = claim.score.split("_")[0]
        there = cases[[f"{region}_tp", f"{region}_fn"]].sum(axis=1) > 0
        compared = cases[there]
        if not all((compared["method"] == name).any() for name in needed):
            return shown | {"verdict": "not tested", "note": "no case has the region"}
        if not claim.first:
            # As if a method had been run that finds nothing.
            nothing = compared[compared["method"] == claim.second]
            nothing = nothing.assign(**{"method": "none", claim.score: 0.0})
            compared = pd.concat([compared, nothing], ignore_index=True)
        first = claim.first or "none"
        pair = Paired(first, claim.second, (column,), MIN_PATIENTS)
        (run,) = pair(compared).to_dict("records")
        verdict, why = claim.judge(run, balance)
        notes = [why] if why else []
        if MIN_PATIENTS <= run["n_patients"] < MIN_CASES:
            notes.append("of so few patients the interval is nearly their range")
        notes.append(difference_from_paper(run, self.tables[0].dataset))
        shown |= {name: run[name] for name in _OURS}
        return shown | {"verdict": verdict, "note": "; ".join(filter(None, notes))}


def others_per_et_pixel(cases):
    """Returns the pixels of label 0 an enhancing one, in slices with tumor.

    Args:
        cases: rows of one group; each case counts once. Infinite where nothing
            enhances.
    """
    once = cases.drop_duplicates("case")
    others = once[["wt_fp", "wt_tn"]].to_numpy().sum()
    enhancing = once[["et_tp", "et_fn"]].to_numpy().sum()
    return float(others / enhancing) if enhancing else np.inf


_SOFTMAX, _BOOTSTRAPPING = "resunet-softmax", "resunet-bootstrapping"
_HIERARCHICAL = "resunet-hierarchical"
CLAIMS = (
    Claim("softmax misses the enhancing tumor (Table 5)", None, _SOFTMAX, "et_dice"),
    *(
        Claim(f"{name} finds more {region} than softmax ({tables})", _SOFTMAX, *rest)
        for name, method, tables in (
            ("bootstrapping", _BOOTSTRAPPING, "Tables 4 and 5"),
            ("hierarchical Dice", _HIERARCHICAL, "Tables 5 and 6"),
        )
        for region, *rest in (
            ("enhancing tumor", method, "et_dice"),
            # Not by Dice, which the paper prints wrongly for the core.
            ("tumor core", method, "tc_iou"),
        )
    ),
    # The paper's hierarchical Dice is higher in the recall of complete tumor only.
    Claim(
        "bootstrapping is better than hierarchical Dice at enhancing tumor (Tables 4 "
        "and 6)",
        _HIERARCHICAL,
        _BOOTSTRAPPING,
        "et_dice",
    ),
    Claim(
        "hierarchical Dice has the higher recall of complete tumor (Tables 4 and 6)",
        _BOOTSTRAPPING,
        _HIERARCHICAL,
        "wt_recall",
        of_imbalance=False,
    ),
    *(
        Claim(
            f"the residual U-Net is the best of four at enhancing tumor (Tables "
            f"{number} and 4)",
            other,
            _BOOTSTRAPPING,
            "et_dice",
            of_imbalance=False,
        )
        for number, other in (
            (1, "vgg16-bootstrapping"),
            (2, "unet-bootstrapping"),
            (3, "resnet50-bootstrapping"),
        )
    ),
)
