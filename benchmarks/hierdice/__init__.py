"""The four networks of `papers.hierdice`, its towers, and whole real slices.

`bench` measures the networks beside PyTorch, `same` proves that the networks there
compute the same, and `keras_peer` and `torch_peer` are the two sides. `operations`
tells where a step's time goes. `towers` measures
the step of one device, of replicas and of towers in turn; `case` trains on whole slices
and scores them as the paper does.
"""
