"""Depthwise and separable convolution of volumes against Keras and PyTorch.

`bench` measures, `keras_peer`, `torch_peer` and `medicai_peer` are the processes that
take turns, and `tensors` draws what all of them convolve. The layers themselves live in
`common.layers`.
"""
