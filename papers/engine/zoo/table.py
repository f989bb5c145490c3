"""The table of the model zoo: which weights can be had, and how good they are."""

from common.reporting.cases import read_cases
from papers import registry
from papers.engine.zoo.shipped import shipped

HEAD = ("id", "paper", "trained on", "budget", "Dice", "license", "size", "SHA-256")


def rows(results):
    """Returns the rows of the table, a tuple for all weights of each paper.

    Those that can be downloaded come first, then those that the repository holds.

    Args:
        results: folder of all results, whose rows score the weights.
    """
    return [row for paper in registry.papers() for row in rows_of(paper, results)]


def rows_of(paper, results):
    """Returns the rows of one paper.

    Args:
        paper: the `papers.engine.paper.Paper`.
        results: as for `rows`.
    """
    downloads = [_row(weights, results) for weights in paper.weights]
    return downloads + [_shipped_row(one.card) for one in shipped(paper, results)]


def markdown(rows):
    """Returns rows of the table in Markdown.

    Args:
        rows: what `rows` or `rows_of` returned.
    """
    lines = [HEAD, ["---"] * len(HEAD), *rows]
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


def _shipped_row(card):
    """Returns the row of weights that lie in the repository, by their card."""
    scores = [f"{value:.3f} {label}" for label, value in card["scores"].items()]
    return (
        f"{card['paper']}-{card['method']}",
        card["paper"],
        f"{card['data']}, {card['trained']} cases (coverage {card['coverage']}), "
        f"{card['split']}-wise, fold {card['fold']} held out",
        f"{card['budget']}, {card['profile']}",
        f"{', '.join(scores)} (n = {card['scored']}, the test fold)",
        card["license"],
        f"{card['size'] / 1e6:.0f} MB in 1 file",
        card["sha256"][:16],
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
