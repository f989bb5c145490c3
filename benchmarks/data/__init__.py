"""The pipelines of BraTS volumes against the same work with nibabel.

`bench` measures, and `sources` offers the prepared cache and the NIfTI files to the
same readers. The slices of the figshare set are read in `benchmarks.linkdsl`.
"""
