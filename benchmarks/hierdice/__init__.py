"""Towers, and whole real slices under the losses of `papers.hierdice`.

`towers` measures the step of one device, of replicas and of towers in turn; `case`
trains on whole slices and scores them as the paper does.
"""
