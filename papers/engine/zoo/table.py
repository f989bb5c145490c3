"""The table of the model zoo: which weights can be had, and how good they are."""

from common.reporting.cases import read_cases
from papers import registry

HEAD = ("id", "paper", "trained on", "budget", "Dice", "license", "size", "SHA-256")


def rows(results):
    """Returns the rows of the table, a tuple for each `Weights` of all papers.

    Args:
        results: folder of all results, whose rows score the weights.
    """
    return [
        _row(weights, results)
        for paper in registry.papers()
        for weights in paper.weights
    ]


def markdown(results):
    """Returns the table in Markdown.

    Args:
        results: as for `rows`.
    """
    lines = [HEAD, ["---"] * len(HEAD), *rows(results)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(weights, results):
    return (
        weights.id,
        weights.paper,
        weights.data,
        weights.budget,
        _score(weights, results),
        weights.license,
        f"{weights.size / 1e6:.0f} MB in {len(weights.files)} files",
        weights.sha256[:16],
    )


def _score(weights, results):
    """Returns the mean scores of the weights' own rows, and of how many cases."""
    path = results / weights.paper / "cases.csv"
    if not path.is_file():
        return "not scored"
    cases = read_cases(path)
    mine = cases[
        (cases["method"] == weights.method)
        & (cases["data"] == weights.scored_on)
        & (cases["profile"] == "released")
        & (cases["status"] == "ok")
    ]
    if mine.empty:
        return "not scored"
    means = [f"{mine[key].mean():.3f} {name}" for name, key in weights.scores.items()]
    return f"{', '.join(means)} (n = {len(mine)}, {weights.scored_on}, unseen)"
