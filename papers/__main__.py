"""Runs the command line: `python -m papers VERB …`."""

from papers.engine.cli.app import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
