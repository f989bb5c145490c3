"""Synthetic data sets, so that everything runs without the real data.

One subpackage for each layout: `figshare` draws slices of heads, `brats` draws volumes
of brains. Reading them is the task of `data.figshare` and `data.brats`, which take a
phantom for the real thing.
"""
