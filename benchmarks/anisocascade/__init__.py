"""The cascade's networks against plain Keras layers and PyTorch.

`bench` measures, `case` runs the whole test program, `keras_peer` and `torch_peer` are
the processes that take turns, and `variants` rebuilds the networks in Keras's own
layers. The networks themselves live in `papers.anisocascade`.
"""
