"""Plants each fault of the list alone in a copy of the repository and runs tests.

`make test-mutation` runs it, for an hour or more; interrupted, it goes on where it
stopped. A row holds until the file with the fault or the test that caught it changes;
its fault is planted again then. It exits with 1 if less than 95 % of the faults that
it was asked for make a test fail.
"""

import argparse
import signal
import sys
import time

from tests.mutation.fault import read_faults
from tests.mutation.results import (
    FILE,
    MIN_SHARE,
    caught_among,
    read_results,
    write_results,
)
from tests.mutation.state import holds, state_of
from tests.mutation.suite import find
from tests.mutation.tree import ROOT, Tree

LIMIT = 3600  # seconds for each fault, all stages together


def main(arguments=None, file=FILE):
    """Runs what the command line asks for; returns the exit code."""
    options = _options(arguments)
    faults, rows = read_faults(), read_results(file)
    unknown = set(options.only) - {fault.id for fault in faults}
    if unknown:
        print(f"error: no fault {', '.join(sorted(unknown))} in tests/mutation/faults/")
        return 2
    asked = [f for f in faults if f.id in options.only] or faults
    # Those asked for by name are planted again, whatever is known of them.
    todo = asked if options.only else _outdated(rows, faults)
    print(f"{len(todo)} of {len(faults)} faults to plant", flush=True)
    with Tree() as tree:
        for number, fault in enumerate(todo, 1):
            row = _plant(tree, fault, options)
            print(f"{number}/{len(todo)} {fault.id}: {_outcome(row)}", flush=True)
            rows[fault.id] = row
            write_results(rows, faults, file)
    return _summary(rows, faults, asked, file)


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="ID",
        help="one fault; may repeat",
    )
    parser.add_argument(
        "--stages",
        type=int,
        metavar="COUNT",
        help="only the likeliest tests: 1, 2 or 3",
    )
    parser.add_argument(
        "--limit", type=float, default=LIMIT, metavar="SECONDS", help="for each fault"
    )
    return parser.parse_args(arguments)


def _outdated(rows, faults):
    """Returns the faults without a row that holds."""
    return [fault for fault in faults if not holds(rows.get(fault.id), fault, ROOT)]


def _plant(tree, fault, options):
    """Returns the row of one fault."""
    begin = time.monotonic()
    caught_by, note = find(tree, fault, options.limit, options.stages)
    return {
        "id": fault.id,
        "file": fault.file,
        "kind": fault.kind,
        "caught_by": caught_by,
        "seconds": f"{time.monotonic() - begin:.0f}",
        "note": note,
        "state": state_of(fault, caught_by, tree.folder),
    }


def _outcome(row):
    if row["caught_by"]:
        return f"caught by {row['caught_by']}, {row['seconds']} s"
    return f"NOT CAUGHT, {row['note']}, {row['seconds']} s"


def _summary(rows, faults, asked, file):
    """Prints what was missed and the share that was caught; returns the exit code."""
    caught = caught_among(rows, asked)
    for fault in asked:
        if fault not in caught:
            note = rows[fault.id]["note"]
            print(f"not caught: {fault.id} ({fault.file}): {note}. {fault.wrong}")
    share = len(caught) / len(asked)
    print(f"{len(caught)} of {len(asked)} faults caught, {share:.1%}; rows: {file}")
    if waiting := len(_outdated(rows, faults)):
        print(f"of all {len(faults)}, {waiting} were not planted as the code is now")
    if share < MIN_SHARE:
        print(f"error: less than {MIN_SHARE:.0%}. Next: write the missing tests")
    return int(share < MIN_SHARE)


if __name__ == "__main__":
    # An end from outside ends the tests, too, and removes the copy.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
