"""Where results are: the suite's own in `results/`, everybody's runs in its `local/`.

Git holds the former and ignores the latter, so that no run of a user changes a file
that git holds. `cells_of` and `own_cells_of` read the cells of either place, and
`compared` sets both beside what the papers print; `promote` takes chosen runs to the
suite's own rows, and `take_over` brings home what earlier versions wrote among them.
Computing rows and tables belongs to `papers.engine.results`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "cells": ["cells_of", "is_suites", "own_cells_of", "runs_of", "together"],
        "comparing": ["Compared", "compared", "comparison_of", "screen_of"],
        "moves": ["promote", "take_over"],
    },
)
