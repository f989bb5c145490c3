"""The matrix product as a bound: `python -m benchmarks.shared.peak_peer`."""

from benchmarks.shared.peers import serve_tasks
from papers.engine.quiet import import_tensorflow


def prepare(precision, **_):
    """Returns a function that multiplies two matrices, and its operations."""
    from benchmarks.shared.machine import matrix_product

    product, flop = matrix_product(precision)
    return lambda: product(), {"flop": flop}


if __name__ == "__main__":
    import_tensorflow()
    serve_tasks(prepare)
