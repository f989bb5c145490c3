"""Do the numbers that a paper prints agree with each other and with its text?

`write_audit` applies every rule to the published tables. The rules are the same for
all papers; what a paper states beyond its tables is data in its folder of published
numbers. Comparing those numbers with ours belongs to `common.reporting`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "audit": ["write_audit"],
        "discrepancy": ["Discrepancy"],
        "input": ["Published", "read_printed"],
        "interval": ["Interval"],
        "scores": ["Scores"],
    },
)
