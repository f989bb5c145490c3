"""Training, prediction and reading of `papers.linkdsl` in many variants.

`bench` measures, `variants` and `sources` list what is compared, `worker` runs the
tasks of one variant in a process of its own, where `tasks` builds them from `networks`
and `inputs`; `prepared` holds what both sides pass to each other, `rows` the table.
`against_torch` measures what ships beside PyTorch, `same` proves that the networks
there compute the same, and `keras_peer` and `torch_peer` are the two sides.
`operations` tells where a step's time goes.
"""
