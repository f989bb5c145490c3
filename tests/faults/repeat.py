"""Trains every method twice, alone and beside busy processes: are the bits the same?

`make test-repeatability` runs it, for some minutes a paper. It exits with 1 if weights,
histories or rows of a method differ.
"""

import argparse
import csv
import io
import sys
import tempfile
from pathlib import Path

from papers.registry import IDS
from tests.faults.preload import preload

FILE = Path(__file__).parent / "repeated.csv"
COLUMNS = ("paper", "method", "epochs", "files", "same", "found")


def main(arguments=None):
    """Runs what the command line asks for; returns the exit code."""
    options = _options(arguments)
    papers = options.paper.split(",") if options.paper else IDS
    if unknown := [name for name in papers if name not in IDS]:
        print(f"error: PAPER={unknown[0]}. Expected: some of {','.join(IDS)}")
        return 2
    preload()
    from tests.faults.repeating import EPOCHS, repeated

    rows, failed = _read(options.table), []
    for paper in papers:
        chosen = _chosen(paper, options, rows)
        with tempfile.TemporaryDirectory() as folder:
            for method, found, more in repeated(paper, Path(folder).resolve(), chosen):
                row = {"paper": paper, "method": method, "epochs": EPOCHS}
                if found is None:
                    row |= {"files": 0, "same": "no", "found": "cannot be run"}
                    print(more)
                else:
                    same = "no" if found else "yes"
                    row |= {"files": len(more), "same": same}
                    row["found"] = "; ".join(found)[:300]
                print(
                    f"{paper} {method}: same {row['same']} {row['found']}", flush=True
                )
                failed += [] if row["same"] == "yes" else [method]
                rows = [r for r in rows if (r["paper"], r["method"]) != (paper, method)]
                rows.append(row)
                _write(options.table, rows)
    if failed:
        print(f"error: {', '.join(failed)}. Next: read what differs above")
    return int(bool(failed))


def _chosen(paper, options, rows):
    """Returns the methods of a paper that are trained twice now."""
    from papers import registry
    from tests.faults.repeating import methods_of

    done = {
        row["method"] for row in rows if (row["paper"], row["same"]) == (paper, "yes")
    }
    wanted = options.methods.split(",") if options.methods else None
    return [
        name
        for name in methods_of(registry.paper(paper))
        if (wanted is None or name in wanted) and not (options.resume and name in done)
    ]


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--paper", default="", help="some papers, `linkdsl,cunet`")
    parser.add_argument("--methods", default="", help="some methods of one paper")
    parser.add_argument("--resume", action="store_true", help="what was not equal yet")
    parser.add_argument("--table", type=Path, default=FILE, help="where rows go")
    return parser.parse_args(arguments)


def _read(path):
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path, rows):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: IDS.index(row["paper"])))
    path.write_text(text.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
