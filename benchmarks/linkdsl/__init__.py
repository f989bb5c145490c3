"""Training, prediction and reading of `papers.linkdsl` in many variants.

`bench` measures, `variants` and `sources` list what is compared, `worker` runs the
tasks of one variant in a process of its own, where `tasks` builds them from `networks`
and `inputs`; `prepared` holds what both sides pass to each other, `rows` the table.
"""
