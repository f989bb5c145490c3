"""The table of what folds that divide patients overstate."""

from common.reporting.largest import largest_runs
from common.reporting.text import read_text
from papers.engine.pages.text import markdown, number, with_interval

NONE = "No method has been run on real data under both splits yet."
_SPLITS = ("image", "patient")


def leak_table(folder, columns):
    """Returns a table of what image-wise folds overstate, method by method.

    Args:
        folder: a folder such as `results/linkdsl`.
        columns: the `common.reporting.table.Column`s to show.

    Returns:
        A line for each method's largest run on real data and each column; or a
        sentence where there is none.
    """
    lines = read_text(folder / "leak.csv", "`make tables` writes it")
    if lines.empty:
        return NONE
    lines = lines.assign(split="both", n_cases=lines["n_cases_patient"])
    rows = []
    for method, runs in lines.groupby("method", sort=False):
        for run in largest_runs(runs).values():
            line = run.iloc[0]
            words = ", ".join(line[name] for name in ("data", "profile", "budget"))
            for column in columns:
                scores = [_score(line, column.key, split) for split in _SPLITS]
                gap = number(line[f"{column.key}_gap"], "+")
                rows.append((method, words, column.label, *scores, gap))
    if not rows:
        return NONE
    head = ("method", "run", "score", "image-wise", "patient-wise", "difference")
    return markdown(head, rows)


def _score(line, key, split):
    name = f"{key}_{split}"
    low, high = line[f"{name}_ci_low"], line[f"{name}_ci_high"]
    return f"{with_interval(line[name], low, high)}, n = {line[f'n_cases_{split}']}"
