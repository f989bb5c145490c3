"""All scores of a case against MedPy and surface-distance.

`bench` measures, `programs` lists what scores a case, and `cases` reads or draws the
labels to score. The scores themselves live in `common.metrics`.
"""
