"""The cascade's networks against plain Keras layers and PyTorch.

`bench` measures, `same` proves that PyTorch's networks are the same, `case` runs the
whole test program, `keras_peer` and `torch_peer` are the processes that take turns, and
`variants` rebuilds the networks in Keras's own layers. `scan` shows where the seconds
of a whole scan go, each time measured by `scan_peer`. The networks themselves live in
`papers.anisocascade`.
"""
