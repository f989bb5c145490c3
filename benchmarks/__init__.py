"""Speed, memory and cost of the suite, measured against its peers.

One folder per subject, each with a `bench` that `python -m benchmarks.<subject>.bench`
runs and `make bench-<subject>` calls (`hierdice` has `towers` and `case`, too). The
folders of the papers and layers import `benchmarks.shared` and the suite, never each
other; nothing of the suite imports this package. Rows are written to
`benchmarks/results/`. No test asserts a time.
"""
