"""The judgments of a paper's claims that a page shows, and their sum in a sentence."""

from common.reporting.cells import GROUP
from common.reporting.empty_truth import ALL
from common.reporting.largest import largest_runs
from common.reporting.order import natural
from common.reporting.text import read_text
from papers.engine.pages.text import NOT_RUN, markdown, with_interval

_OF_A_CLAIM = ("claim", "first", "second", "score", "cases")
_NAMED = ("supported", "contradicted", "supported in part", "contradicted in part")
_SAID = (*_NAMED, "undecided", "not tested")


def shown_claims(folder):
    """Returns the lines of `claims.csv` that a page shows, as a `DataFrame` of texts.

    Args:
        folder: a results folder. Of each claim and split, the lines of the largest run
            on real data are kept.
    """
    import pandas as pd

    lines = read_text(folder / "claims.csv", "`make tables` writes it")
    names = [name for name in _OF_A_CLAIM if name in lines]
    kept = [
        run
        for _, of_claim in lines.groupby(names, sort=False)
        for run in largest_runs(of_claim).values()
    ]
    return pd.concat(kept) if kept else lines.iloc[:0]


def verdict_of_claims(folder):
    """Returns what a paper's rows say of its claims, or "" where they judge none.

    Claims of one wording from several tables are one. A claim that holds for one score
    and not for another is supported in part, or contradicted in part where the other
    contradicts it. Held-out cases decide where there are
    any, and all cases, with or without the region.

    Args:
        folder: a results folder.
    """
    if not (folder / "claims.csv").exists():
        return ""
    lines = shown_claims(folder)
    if lines.empty:
        return ""
    held_out = lines[~lines["split"].str.startswith("training cases")]
    lines = lines if held_out.empty else held_out
    found = {}
    for title, of_claim in lines.groupby("claim", sort=False):
        everywhere = (
            of_claim[of_claim["cases"] == ALL] if "cases" in lines else of_claim
        )
        of_claim = of_claim if everywhere.empty else everywhere
        found.setdefault(_in_short(title), []).append(_together(of_claim["verdict"]))
    of = {verdict: [] for verdict in _SAID}
    for title, verdicts in found.items():
        of[_together(verdicts)].append(title)
    told = [
        f"{verdict.capitalize()}: {'; '.join(titles)}."
        if verdict in _NAMED
        else f"{verdict.capitalize()}: {len(titles)}."
        for verdict, titles in of.items()
        if titles
    ]
    claims = f"{len(found)} claim{'s' * (len(found) != 1)}"
    return f"{' '.join(told)} ({claims}, on {_cases_of(lines)}.)"


def _in_short(title):
    """Returns a claim without the places in brackets where the paper makes it."""
    return title.rpartition(" (")[0] or title


def _cases_of(lines):
    """Returns the cases and data of a claims table's first line, and all budgets."""
    run = lines.iloc[0]
    budgets = sorted(lines["budget"].unique(), key=natural)
    *shorter, budgets = budgets
    if shorter:  # as in "100, 200 or 300 epochs"
        numbers = [one.partition(" ")[0] for one in shorter]
        budgets = f"{', '.join(numbers)} or {budgets}"
    patients, cases = (
        max(lines[name], key=lambda text: (len(text), text))
        for name in ("n_patients", "n_cases")
    )
    n = "" if cases == patients else f"{cases} cases of "
    return f"{n}{patients} patients of `{run['data']}` after {budgets}"


def _together(verdicts):
    """Returns the verdict of a claim from those of its scores."""
    words = {text.partition(":")[0] for text in verdicts}
    if len(words) == 1:
        return words.pop()
    if any(word.startswith("supported") for word in words):
        return (
            "contradicted in part" if "contradicted" in words else "supported in part"
        )
    return "contradicted" if "contradicted" in words else "undecided"


def claims_by_score(folder, claims, difference):
    """Returns a Markdown table of a claim that is judged by several scores.

    Args:
        folder: a results folder; `claims.csv` is read.
        claims: the paper's `common.reporting.claims.Claim`s, one for each score.
        difference: heading of the differences, such as "proposed minus baseline".
    """
    lines = shown_claims(folder)
    rows = []
    for claim in claims:
        runs = lines[lines["score"] == claim.score].to_dict("records")
        rows += [(claim.score, *_run(run)) for run in runs]
        if not runs:
            rows.append((claim.score, "", "", "", "", NOT_RUN))
    head = ("score", "cases", difference, "patients", "empty regions", "verdict")
    return f"{markdown(head, rows)}\n\n{runs_below(lines)}".rstrip()


def _run(run):
    """Returns cases, difference with interval, n, rule and verdict."""
    ours = with_interval(run["difference"], run["ci_low"], run["ci_high"], "+")
    words = run["convention"].split("; ")
    rule = ", ".join(part for part in words if "empty" in part)
    return run["cases"], ours, run["n_patients"], rule, run["verdict"]


def runs_below(lines):
    """Returns the list of the runs behind a table of claims, with what separates them.

    Args:
        lines: as `shown_claims` returns them.
    """
    texts = []
    for _, run in lines.drop_duplicates(GROUP).iterrows():
        note = "; ".join(part for part in run["note"].split("; ") if part)
        words = f"`{run['data']}` {run['coverage']}, {run['profile']}, {run['budget']}"
        texts.append(f"- {words}, split {run['split']}: {note}")
    return "\n".join(texts)
