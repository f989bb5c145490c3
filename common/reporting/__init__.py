"""From the rows of single cases to tables, intervals and figures.

A paper declares its `Table`s as data. `cases.csv` is the one source of every number:
`write_results` computes the cells and tables from it and sets them beside the
published numbers, `estimate` adds bootstrap intervals, `Paired` compares two methods.
The module `claims` holds a paper's claims against the rows, and `verify` recomputes
everything. Computing the scores of a case belongs to
`common.metrics`, writing pages to `papers.engine`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "aggregate": ["Mean", "Pooled"],
        "bootstrap": ["Estimate", "estimate"],
        "cases": ["merge_cases", "read_cases", "write_cases"],
        "cells": ["build_cells", "is_phantom"],
        "compare": ["compare_splits"],
        "paired": ["Paired"],
        "published": ["read_published"],
        "table": ["Column", "Row", "Table"],
        "tables": ["build_table", "joined_table", "write_results"],
        "text": ["read_text", "to_csv"],
    },
)
