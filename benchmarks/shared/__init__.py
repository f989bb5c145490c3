"""What the benchmarks share.

`peers` talks to the processes that take turns, `memory` weighs one call, `measure`
compares round by round, `machine` describes the computer and `flops` counts the
multiply-adds of a model. `peers` and `memory` need NumPy at most, because PyTorch's
peers run where this suite is not installed.
"""
