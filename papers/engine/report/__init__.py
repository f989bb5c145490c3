"""The report: HTML pages that open from the file system, without a network.

`write_report` makes an overview and, for each paper, its published and reproduced
scores with intervals, the distributions of single cases, paired differences, claims,
learning curves and the protocol; from a cell it is one step to the cases behind it and
one more to a single case. `write_cases` adds images, truth and results of chosen cases;
nothing of a data set is in a report otherwise. Every number comes from the code that
computes the tables. Templates lie in `templates/`, styles and scripts in `assets/`;
what is for the README pages is in `papers.engine.pages`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "axis": ["Axis"],
        "case_pages": ["write_cases"],
        "dots": ["DotPlot", "dot_plots"],
        "forest": ["Difference", "differences_of"],
        "one_scan": ["write_scan"],
        "overlay": ["overlay_png"],
        "rows": ["CaseRun", "case_runs"],
        "scores": ["Score", "scores_of"],
        "write": ["REPORT", "write_report"],
    },
)
