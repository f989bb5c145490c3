"""A training step of the networks of `papers.dsunet` against PyTorch.

`bench` measures, `same` proves that PyTorch's networks compute the same, `keras_peer`
and `torch_peer` are the processes that take turns, and `case` runs one whole case at
the published size.
"""
