"""What the benchmarks share.

`peers` talks to the processes that take turns, `memory` weighs one call, `measure`
compares round by round, `machine` describes the computer and `flops` counts the
multiply-adds of a model. `side_by_side` compares networks of the suite and of PyTorch
cell by cell, with `peak_peer` as the bound and `torch_calls` for PyTorch's side;
`sameness` has what the proofs share that both compute the same. `breakdown` tells where
the time of a step goes, `trace` what its operations take and `kinds` what they are.
`peers` and `memory` need NumPy at most and `torch_calls` needs PyTorch, because
PyTorch's peers run where this suite is not installed.
"""
