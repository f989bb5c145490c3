"""The table of the trainings behind the real rows: their scores, hours and machines."""

from common.reporting.largest import changed_settings, is_shown, largest_runs
from common.reporting.order import natural
from common.reporting.text import read_text
from common.reporting.trainings import recorded_trainings
from papers import registry
from papers.engine.pages.text import markdown, number, with_interval

# Trainings of one line differ in fold and seed alone.
_LINE = ["method", "data", "fingerprint", "profile", "budget", "split"]
_SCORED = ["data", "fingerprint", "profile", "budget", "split"]
_OURS = ("reproduced", "ci_low", "ci_high")
_MACHINE = ["processor", "threads"]
# What a longer training that goes on from a shorter one has of it, beside its epochs.
_GOES_ON = ["method", "data", "fingerprint", "profile", "split", "fold", "seed"]
_HEAD = ("paper", "method", "run", "n", "published", "ours", "hours", "waiting")


def trainings_table(results):
    """Returns the Markdown table of the trainings behind the real rows.

    Args:
        results: the folder of all results.

    Returns:
        A line for each method and run, with the score that the front page shows of its
        paper, and for the largest runs that follow from others; then the hours of all.
        The hours of a longer training that goes on from a shorter one are those of
        both.
    """
    rows, hours, named = [], 0.0, []
    for paper in registry.papers():
        folder = results / paper.id
        found = recorded_trainings(folder)
        found = found[found["data"].map(is_shown).astype(bool)]
        if found.empty:
            continue
        found = found.sort_values("budget", key=lambda budgets: budgets.map(natural))
        found = _without_parts(found, folder)
        order = {method.id: k for k, method in enumerate(paper.methods)}
        found = found.sort_values(
            "method", key=lambda ids: ids.map(order), kind="stable"
        )
        title, scores, largest = _scores(paper, folder)
        named.append(f"`{paper.id}`: {title}")
        for _, several in found.groupby([*_LINE, *_MACHINE], sort=False):
            took = several["hours"].astype(float)
            hours += took.sum()
            rows.append(_line(paper, several, took, scores))
        for (method, *run), score in scores.items():
            if (method, *run) in largest:
                nothing = ("-", "-", "no training of its own")
                rows.append((paper.id, f"`{method}`", _run(*run), *score, *nothing))
    if not rows:
        return "No training on real data is recorded yet."
    table = markdown((*_HEAD, "threads, processor"), rows)
    return f"{table}\n\nIn all {hours:.1f} hours. The scores: {'; '.join(named)}."


def _line(paper, several, took, scores):
    """Returns the cells of trainings that differ in fold and seed alone.

    Their score is taken out of `scores`.
    """
    first = several.iloc[0]
    run = _run(*first[_SCORED])
    if len(several) > 1:
        run = f"{run}, {len(several)} trainings"
    waited = (took * several["data_wait_share"].astype(float)).sum() / took.sum()
    score = scores.pop(tuple(first[["method", *_SCORED]]), ("", "", ""))
    spent = f"{took.sum():.2f}", f"{100 * waited:.1f} %"
    machine = f"{first['threads']}, {first['processor']}"
    return paper.id, f"`{first['method']}`", run, *score, *spent, machine


def _run(data, _, profile, budget, split):
    profile = profile.replace("training.precision=mixed_", "")
    return f"`{data}`, {split}, {profile}, {budget}"


def _scores(paper, folder):
    """Returns a score's title, n, published and ours by run, and the largest runs.

    Runs are keyed with their methods. Those of changed settings are left out.
    """
    key, found, title, largest = paper.page.HEADLINE.column, {}, "", set()
    cells = read_text(folder / "cells.csv", "`make tables` writes it")
    cells = cells[cells["column"] == key]
    for table in paper.tables:
        of_table = cells[cells["table"] == table.name]
        printed = of_table[of_table["published"] != ""].drop_duplicates("row")
        printed = dict(zip(printed["row"], printed["published"], strict=True))
        title = title or next((c.label for c in table.columns if c.key == key), "")
        for row in table.rows:
            beside = printed.get(row.beside or row.key)
            of_row = of_table[of_table["row"] == row.key]
            of_row = of_row[(of_row["reproduced"] != "") & (of_row["data"] != "")]
            of_row = of_row[of_row["profile"].map(changed_settings).map(len) == 0]
            for runs in largest_runs(of_row).values() if len(of_row) else ():
                largest |= {(row.method, *run) for run in runs[_SCORED].to_numpy()}
            for cell in of_row.to_dict("records"):
                run = tuple(cell[name] for name in _SCORED)
                if not is_shown(cell["data"]):
                    continue
                score = with_interval(*(cell[k] for k in _OURS))
                published = number(beside) if beside else "-"
                found.setdefault(
                    (row.method, *run), (cell["n_cases"], published, score)
                )
    return title, found, largest


def _without_parts(trainings, folder):
    """Returns trainings without those that a longer one goes on from.

    Such a one has the shorter one's losses, epoch by epoch.

    Args:
        trainings: rows of `trainings.csv`, the shorter ones first.
        folder: the paper's folder of results, with `curves.csv`.
    """
    path = folder / "curves.csv"
    curves = read_text(path, "`make table-…` again") if path.exists() else None
    parts = set()
    for _, chain in trainings.groupby(_GOES_ON, sort=False):
        losses = [_losses(curves, one) for one in chain.to_dict("records")]
        for k, (index, shorter) in enumerate(zip(chain.index, losses, strict=True)):
            longer = losses[k + 1 :]
            if shorter and any(one[: len(shorter)] == shorter for one in longer):
                parts.add(index)
    return trainings.drop(index=list(parts))


def _losses(curves, training):
    """Returns the loss of each epoch of a training as text; none if it is unknown."""
    if curves is None:
        return []
    for name in (*_GOES_ON, "budget"):
        curves = curves[curves[name] == training[name]]
    return curves["loss"].tolist()
