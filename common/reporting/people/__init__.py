"""Tables for people: one line a method and split, published beside reproduced.

`lines_of` picks from the cells of results what a reader looks for: the largest budget
on the paper's own data, what was run on other data apart from it, and a user's own run
beside the suite's. `small_tables` makes a table of at most eight columns of each score,
`comparison` one of all papers and `screen` the same as lines of text that fit a screen,
`wide_table` a CSV file in the paper's shape; `as_markdown` and `as_latex` give the text
of such a table. Terminal, pages and report show the same tables. Computing the cells
belongs to `common.reporting`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "comparison": ["comparison"],
        "formats": ["as_latex", "as_markdown"],
        "lines": ["Line", "Run", "lines_of", "nearest"],
        "screen": ["screen"],
        "small_table": [
            "SmallTable",
            "dice_first",
            "main_columns",
            "main_tables_of",
            "notes_once",
            "printed_columns",
            "small_tables",
            "tables_of",
        ],
        "wide": ["OWNER", "wide_table", "without_empty"],
    },
)
