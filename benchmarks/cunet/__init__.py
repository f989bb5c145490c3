"""The five networks of `papers.cunet` against plain Keras layers and PyTorch.

`bench` measures, `same` proves that PyTorch's networks compute the same, and
`keras_peer` and `torch_peer` are the processes that take turns.
"""
