"""The model card of the weights that the repository holds, from their runs' records."""

from papers.engine.zoo.shipped import shipped

# What a card says of each weights, and the fields of `papers.engine.zoo.export` that
# say it.
_LINES = {
    "trained on": "{trained} cases of `{data}` (coverage {coverage}), {split}-wise, "
    "seed {seed}; test fold {fold} was held out",
    "budget": "{budget}, profile {profile}, {hours} hours, threads: {threads}, on "
    "{processor}; weights of the epoch with the best validation score: {best_epoch}",
    "command": "`{command}`, at commit {commit}",
    "file": "`{name}/{file}`, {megabytes} MB, SHA-256 `{sha256}`",
    "in full precision": "SHA-256 `{full_precision}`",
    "license": "{license}",
}


def card_blocks(paper, results, shown=str):
    """Returns the generated part of a paper's model card by name.

    Args:
        paper: the `papers.engine.paper.Paper`.
        results: folder of all results.
        shown: function from a command to how a reader types it.
    """
    titles = {method.id: method.title for method in paper.methods}
    parts = [
        _text(titles[one.card["method"]], one, shown) for one in shipped(paper, results)
    ]
    return {"weights": "\n\n".join(parts) or "None are shipped yet."}


def _text(title, one, shown):
    """Returns what a card says of one of the weights."""
    scores = ", ".join(
        f"{key} {value:.4f}" for key, value in one.card["scores"].items()
    )
    values = one.card | {
        "name": one.folder.name,
        "command": shown(one.card["command"]),
        "megabytes": f"{one.card['size'] / 1e6:.1f}",
    }
    said = {key: text.format(**values) for key, text in _LINES.items()}
    said["score on the test fold"] = f"{scores}; n = {one.card['scored']}"
    lines = [f"- {key}: {value}" for key, value in said.items()]
    return f"### {title}\n\n" + "\n".join(lines)
