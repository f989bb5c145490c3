"""What the paper concludes from Tables 1 to 6, and whether our rows support it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from common.reporting.bootstrap import MIN_CASES
from common.reporting.cells import GROUP
from common.reporting.claims import Claim, ClaimTable
from common.reporting.empty_truth import WITH_REGION
from common.reporting.published import read_published
from papers.hierdice.balance import PAPER_OTHERS_PER_ET
from papers.hierdice.tables import TABLES, deepest_side

# chosen: a method whose mean Dice is below this misses the region.
MISSED = 0.01
# Fewer patients test no claim; the demo has three with enhancing tumor.
MIN_PATIENTS = 3
# Shares of the paper's imbalance. With less than the first, a claim about imbalance is
# not tested; with less than the second, it cannot be contradicted.
MIN_SHARE, FULL_SHARE = 0.1, 0.9


@dataclass(frozen=True)
class RegionClaim(Claim):
    """That one method's score is higher than another's, or is none at all.

    Args:
        first: None for a score of 0: the second is then claimed to miss the region.
        of_imbalance: whether it is about labels of few pixels.
    """

    of_imbalance: bool = True

    def interval(self, low, high):
        if self.first:
            return low, high
        return MISSED - high, MISSED - low  # so little that the region is missed

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
        verdict = self.verdict(run["ci_low"], run["ci_high"])
        if verdict != "supported" and self.of_imbalance and share < FULL_SHARE:
            note = "not found, but with less imbalance than the paper's"
            return "not tested", note
        return verdict, ""


@dataclass(frozen=True)
class RegionTable(ClaimTable):
    """Judges claims about regions; see `ClaimTable`.

    Only cases that have the claim's region are compared. For others, Dice tells only
    whether anything was found, whatever its size.

    Args:
        tables: the `common.reporting.table.Table`s of one row each that the claims are
            made from.
    """

    tables: tuple

    first_columns = (
        *("claim", "score", "first", "second", "published_first", "published_second"),
        *("published_others_per_et_pixel", "others_per_et_pixel"),
    )

    @property
    def dataset(self):
        return self.tables[0].dataset

    def published(self, claim):
        return {
            "claim": claim.text,
            "score": claim.score,
            "first": claim.first or "none",
            "second": claim.second,
            "published_first": self._printed.get((claim.first, claim.score), 0.0),
            "published_second": self._printed[claim.second, claim.score],
            "published_others_per_et_pixel": PAPER_OTHERS_PER_ET,
        }

    @cached_property
    def _printed(self):
        """The tables' numbers by method and score."""
        found = {}
        for table in self.tables:
            (row,) = table.rows
            for line in read_published(table.published_csv).itertuples():
                found[row.method, line.column] = line.value
        return found

    def judge(self, claim, cases):
        """Judges a claim; where it cannot be tested, the line says why."""
        region = claim.score.split("_")[0]
        # Rows are picked many times below, and a case has a hundred columns.
        cases = cases[[name for name in _used(claim, region) if name in cases]]
        balance = others_per_et_pixel(cases)
        untested = {"others_per_et_pixel": balance, "verdict": "not tested"}
        needed = [name for name in (claim.first, claim.second) if name]
        lacking = [name for name in needed if not (cases["method"] == name).any()]
        if lacking:
            return [untested | {"note": f"{', '.join(lacking)} was not run"}]
        compared = cases[cases[[f"{region}_tp", f"{region}_fn"]].sum(axis=1) > 0]
        if not all((compared["method"] == name).any() for name in needed):
            return [untested | {"note": "no case has the region"}]
        if not claim.first:
            compared = _beside_nothing(compared, claim)
        (column,) = (c for c in self.tables[0].columns if c.key == claim.score)
        first = claim.first or "none"
        ((run, ours),) = self.compare(
            compared, first, claim.second, column, MIN_PATIENTS
        )
        ours["cases"] = WITH_REGION
        verdict, why = claim.judge(run, balance)
        few = MIN_PATIENTS <= run["n_patients"] < MIN_CASES
        flat = [
            name for name in needed if 1 in deepest_side(cases[cases["method"] == name])
        ]
        notes = [
            why,
            f"the deepest map of {' and '.join(flat)} is 1x1" if flat else "",
            "of so few patients the interval is nearly their range" if few else "",
            self.difference_from_paper(run),
        ]
        note = "; ".join(filter(None, notes))
        return [ours | untested | {"verdict": verdict, "note": note}]


def _used(claim, region):
    """Returns the columns that judging a claim needs."""
    counts = [
        f"{one}_{name}"
        for one in dict.fromkeys(("wt", "et", region))
        for name in ("tp", "fp", "fn", "tn")
    ]
    identity = ("status", "method", "fold", "seed", "case", "patient")
    return [*GROUP, *identity, "wt_slices", *counts, claim.score]


def _beside_nothing(cases, claim):
    """Returns the cases with those of a further method, which finds nothing."""
    import pandas as pd

    nothing = cases[cases["method"] == claim.second]
    nothing = nothing.assign(**{"method": "none", claim.score: 0.0})
    return pd.concat([cases, nothing], ignore_index=True)


def others_per_et_pixel(cases):
    """Returns the pixels of label 0 per enhancing one, in slices with tumor.

    Args:
        cases: rows of one group; each case counts once.

    Returns:
        A float, infinite where nothing enhances.
    """
    once = cases.drop_duplicates("case")
    others = once[["wt_fp", "wt_tn"]].to_numpy().sum()
    enhancing = once[["et_tp", "et_fn"]].to_numpy().sum()
    return float(others / enhancing) if enhancing else np.inf


# All that Tables 1 to 6 print, but the core's Dice, which is printed wrongly.
METRICS = tuple(c.key for c in TABLES[0].columns if c.key != "tc_dice")
_SOFTMAX, _BOOTSTRAPPING = "resunet-softmax", "resunet-bootstrapping"
_HIERARCHICAL = "resunet-hierarchical"
CLAIMS = (
    RegionClaim(
        "softmax misses the enhancing tumor (Table 5)", None, _SOFTMAX, "et_dice"
    ),
    *(
        RegionClaim(
            f"{name} finds more {region} than softmax ({tables})", _SOFTMAX, *rest
        )
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
    RegionClaim(
        "bootstrapping is better than hierarchical Dice at enhancing tumor (Tables 4 "
        "and 6)",
        _HIERARCHICAL,
        _BOOTSTRAPPING,
        "et_dice",
    ),
    RegionClaim(
        "hierarchical Dice has the higher recall of complete tumor (Tables 4 and 6)",
        _BOOTSTRAPPING,
        _HIERARCHICAL,
        "wt_recall",
        of_imbalance=False,
    ),
    *(
        RegionClaim(
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
    # "Residual FCN" is ResNet50 with the same decoder.
    *(
        RegionClaim(
            "the residual FCN is better than that of VGG16 in all metrics (5; Tables 1 "
            "and 3)",
            "vgg16-bootstrapping",
            "resnet50-bootstrapping",
            score,
            of_imbalance=False,
        )
        for score in METRICS
    ),
    *(
        RegionClaim(
            f"a U-Net is better than its counterpart with skip connections (5; Tables "
            f"{tables})",
            first,
            second,
            score,
            of_imbalance=False,
        )
        for tables, first, second in (
            ("1 and 2", "vgg16-bootstrapping", "unet-bootstrapping"),
            ("3 and 4", "resnet50-bootstrapping", "resunet-bootstrapping"),
        )
        # Section 5 names no metric here.
        for score in METRICS
    ),
)
CLAIM_TABLE = RegionTable(CLAIMS, TABLES[:6])
