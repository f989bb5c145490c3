"""Plants each fault of the list alone in a copy of the repository and runs tests.

`make test-mutation` runs it, for an hour or more; interrupted, it goes on where it
stopped. It exits with 1 if less than 95 % of the faults make a test fail.
"""

import argparse
import sys
import time

from tests.mutation.fault import read_faults
from tests.mutation.results import (
    FILE,
    MIN_SHARE,
    read_results,
    share_caught,
    write_results,
)
from tests.mutation.suite import fails_anyway, find
from tests.mutation.tree import Tree

LIMIT = 3600  # seconds for each fault, all stages together


def main(arguments=None):
    """Runs what the command line asks for; returns the exit code."""
    options = _options(arguments)
    faults, rows = read_faults(), read_results()
    unknown = set(options.only) - {fault.id for fault in faults}
    if unknown:
        print(f"error: no fault {', '.join(sorted(unknown))} in tests/mutation/faults/")
        return 2
    with Tree(FILE) as tree:
        if options.only:
            todo = [f for name in options.only for f in faults if f.id == name]
        else:  # not those of an interrupted run of the same code and tests
            todo = [f for f in faults if rows.get(f.id, {}).get("tree") != tree.digest]
        print(f"{len(todo)} of {len(faults)} faults to plant", flush=True)
        for number, fault in enumerate(todo, 1):
            row = _plant(tree, fault, options)
            print(f"{number}/{len(todo)} {fault.id}: {_outcome(row)}", flush=True)
            rows[fault.id] = row
            write_results(rows, faults)
        _discard_failing_tests(tree, rows)
        write_results(rows, faults)
    return _summary(rows, faults)


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


def _plant(tree, fault, options):
    """Returns the row of one fault."""
    begin = time.monotonic()
    with tree.planted(fault):
        caught_by, note = find(tree, fault, options.limit, options.stages)
    return {
        "id": fault.id,
        "file": fault.file,
        "kind": fault.kind,
        "caught_by": caught_by,
        "seconds": f"{time.monotonic() - begin:.0f}",
        "note": note,
        "tree": tree.digest,
    }


def _discard_failing_tests(tree, rows):
    """A test that fails without any fault has caught none."""
    mine = [row for row in rows.values() if row["tree"] == tree.digest]
    failing = fails_anyway(tree, [row["caught_by"] for row in mine], LIMIT)
    for row in mine:
        if row["caught_by"] and row["caught_by"].split("[")[0] in failing:
            row["note"] = f"{row['caught_by']} fails without the fault, too"
            row["caught_by"] = ""


def _outcome(row):
    if row["caught_by"]:
        return f"caught by {row['caught_by']}, {row['seconds']} s"
    return f"NOT CAUGHT, {row['note']}, {row['seconds']} s"


def _summary(rows, faults):
    """Prints what was missed and the share that was caught; returns the exit code."""
    for fault in faults:
        if not (row := rows.get(fault.id)) or not row["caught_by"]:
            why = row["note"] if row else "not planted yet"
            print(f"not caught: {fault.id} ({fault.file}): {why}. {fault.wrong}")
    share = share_caught(rows, faults)
    caught = round(share * len(faults))
    print(f"{caught} of {len(faults)} faults caught, {share:.1%}; rows: {FILE}")
    if share < MIN_SHARE:
        print(f"error: less than {MIN_SHARE:.0%}. Next: write the missing tests")
    return int(share < MIN_SHARE)


if __name__ == "__main__":
    sys.exit(main())
