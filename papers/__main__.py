"""Runs the command line: `.venv/bin/python -m papers VERB …`."""

import contextlib
import os
import sys


@contextlib.contextmanager
def _missing_package_in_one_line():
    """Ends the process where a package of others is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "papers", "common", "data"):
            raise
        print(
            f"error: {sys.executable} has no package {package}. Next: make install, "
            "then .venv/bin/python -m papers, or a target of make help",
            file=sys.stderr,
        )
        sys.exit(2)


def _one_thread_for_products():
    """Has NumPy compute products of matrices, which are small here, on one thread.

    Threads of OpenBLAS spin for a while after each product, on a core that TensorFlow
    or another process needs. They begin when NumPy is imported.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main(arguments=None):
    """Runs the command line; see `papers.engine.cli.app.main`."""
    _one_thread_for_products()
    try:
        with _missing_package_in_one_line():
            from papers.engine.cli.app import main as run

            run(arguments)
    except KeyboardInterrupt:  # while modules were imported: nothing has begun
        sys.exit(130)


if __name__ == "__main__":
    main()
