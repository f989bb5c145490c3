"""The papers of the suite, by id."""

import importlib

from common.errors import UserError

IDS = ("linkdsl", "cunet", "dsunet", "hierdice", "anisocascade")


def paper(paper_id):
    """Returns a paper by id; only its own modules are imported.

    Raises:
        UserError: there is no such paper.
    """
    if paper_id not in IDS:
        raise UserError(
            paper_id,
            f"a paper of the suite: {', '.join(IDS)}",
            repr(paper_id),
            "see `make list`",
        )
    return importlib.import_module(f"papers.{paper_id}.paper").PAPER


def papers():
    """Returns all papers."""
    return [paper(paper_id) for paper_id in IDS]
