"""The command line: one module per group of verbs, and the app that holds them.

A verb reads its options, calls the engine and shows the outcome. What it does is not
here: the stages are `papers.engine.runner`, the files of results
`papers.engine.results`, predictions `papers.engine.predict`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=["data", "devices", "predict", "reports", "score", "stages", "tables"],
    submod_attrs={"app": ["main"]},
)
