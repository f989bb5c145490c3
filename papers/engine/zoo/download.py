"""The download of weights, verified, and their import."""

from pathlib import Path

from common.errors import UserError
from common.files import lock
from data.download.place import place
from data.download.retrieve import retrieve
from papers import registry
from papers.engine.quiet import import_tensorflow
from papers.engine.zoo.shipped import default_weights, shipped


def weights_of(paper_id):
    """Returns the `Weights` of a paper.

    Raises:
        UserError: there is no such paper, or no weights of it.
    """
    paper = registry.paper(paper_id)
    if not paper.weights:
        able = [one.id for one in registry.papers() if one.weights]
        raise UserError(
            paper_id,
            f"a paper with weights to be had: {', '.join(able)}",
            paper_id,
            f"`make train-{paper_id}` trains your own",
        )
    return paper.weights[0]


def download_weights(paper_id, downloads, target, say):
    """Downloads a paper's weights, verified, and imports them; both once.

    Args:
        paper_id: the paper.
        downloads: folder of the files as they come.
        target: folder of the imported weights.
        say: function that shows a line of text, such as where the repository holds
            them, so that there is nothing to download.

    Raises:
        UserError: a download failed or a file is another one, or `target` holds
            anything else.
    """
    paper = registry.paper(paper_id)
    if not paper.weights and (own := shipped(paper)):
        say(f"part of the repository: {own[-1].folder}, used by itself")
        return
    weights = weights_of(paper_id)
    folder = Path(downloads) / weights.id
    with lock(folder, say):
        for file in weights.files:
            url, checksum = f"{weights.url}/{file.name}", f"sha256:{file.sha256}"
            path = folder / file.name
            retrieve(url, path, checksum, weights.page, lambda line: None, file.size)
        place(weights.license_file.read_bytes(), folder / "LICENSE.txt")
        say(f"{len(weights.files)} files, verified: {folder}")
        # TensorFlow only now: whatever a server does is said before it takes seconds.
        import_tensorflow()
        inference = paper.inference
        known = {file.name: file.sha256 for file in weights.files}
        if inference.holds_released(target, known):
            say(f"imported before: {target}")
            return
        inference.import_released(folder, target, say)
    say(f"weights: {target}")


def folder_of(paper_id, target):
    """Returns the folder of the weights that a paper's `predict` uses by itself.

    Args:
        paper_id: the paper.
        target: where imported ones would be; see `default_weights`.

    Raises:
        UserError: there are none.
    """
    folder = default_weights(paper_id, Path(target))
    if folder.is_dir():
        return folder
    weights_of(paper_id)
    raise UserError(
        target,
        "imported weights",
        "no such folder",
        f"`make weights-{paper_id}` downloads and imports them",
    )
