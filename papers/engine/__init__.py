"""What carries a paper through its stages: prepare, train, evaluate, tables, figures.

Here lie the contract that a paper fulfills (`Paper`, `Method`, `BaseProtocol`,
`Experiment`), what a user asks for (`Request`), the jobs that follow from it
(`plan_jobs`, `Job`), the folder of each (`Run`), their execution (`Runner`), the
results folder, and the comment that opens protocol files. The subpackages hold what the
papers on BraTS share (`brats`), the command line (`cli`), several devices and machines
(`devices`), the generated parts of pages (`pages`), the places of results (`places`)
and the segmentation of a user's own scans (`predict`). Nothing here knows a single
paper.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "experiment": ["Experiment"],
        "job": ["Job"],
        "paper": ["BaseProtocol", "Method", "Paper"],
        "plan": ["plan_jobs"],
        "request": ["Request"],
        "run": ["Run"],
        "runner": ["Runner"],
    },
)
