"""The results as a research object: `results/ro-crate-metadata.json` (RO-Crate 1.1).

It names every file of a folder of results with what it holds, the papers, the data sets
with their licenses, the software, and the commands that made the rows. `make crate`
writes it on demand, for a deposit: it repeats what the files and git hold already, so a
copy in git would only go stale. The library `rocrate` is not used: what is written here
is one flat list, without the date of the day and without its six dependencies.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={"crate": ["NAME", "crate"]},
)
