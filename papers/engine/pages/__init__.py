"""The parts of the pages that are generated from code, results and benchmarks.

A page holds them between `<!-- begin NAME -->` and `<!-- end NAME -->`. `make pages`
writes them, and tests check that page and code agree. Here lie the front page's table
and pictures, the tables, verdicts, diagrams and costs of the papers' pages and the
index of `results/`. What a page says beside them is written by hand in the page; what
a single paper shows is in its own `page.py`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "blocks": ["paper_blocks"],
        "claims": ["shown_claims"],
        "benchmarks": ["benchmark"],
        "costs": ["Cost"],
        "files": ["generated"],
        "headline": ["Headline"],
        "leak": ["leak_table"],
        "marks": ["update"],
        "network": ["network_diagram", "trainable_parameters"],
        "pictures": ["Picture"],
        "results": ["results_table", "settings_table"],
        "speed": [
            "operations_table",
            "plain_table",
            "ratio_table",
            "speed_goal",
            "speed_table",
        ],
        "text": ["folded", "markdown"],
    },
)
