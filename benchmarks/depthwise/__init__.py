"""Depthwise convolution of volumes against Keras and PyTorch.

`bench` measures, `keras_peer` and `torch_peer` are the processes that take turns, and
`tensors` draws what all of them convolve. The layer itself lives in `common.layers`.
"""
