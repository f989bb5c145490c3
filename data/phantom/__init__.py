"""Synthetic data sets, so that everything runs without the real data.

One subpackage for each layout: `figshare` draws slices of heads, `brats` draws volumes
of brains, which `msd` puts into single files. Reading them is the task of
`data.figshare`, `data.brats` and `data.msd`, which take a phantom for the real thing.
"""
