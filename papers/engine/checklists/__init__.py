"""Reporting checklists: what a paper states, what we had to choose, and where.

The items of CLAIM 2024, of Papers with Code's ML Code Completeness Checklist and of the
machine-learning reproducibility checklist are in `items.csv`, in words of our own; a
paper's answers are in its `checklist.csv`. `make pages` writes `CHECKLIST.md` beside
each paper's page from the two and from the protocol. The answers themselves are the
paper's; the evidence of single values is in its protocol.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "answer": ["STATUSES", "Answer", "answers"],
        "page": ["checklist_page", "generated"],
    },
)
