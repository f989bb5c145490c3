"""All scores of a case against MedPy, surface-distance and the packages of BraTS.

`bench` measures, `programs` lists what scores a case, and `cases` reads or draws the
labels to score. `official` measures beside brats-evaluation, in whose environment
`official_peer` runs. The scores themselves live in `common.metrics`.
"""
