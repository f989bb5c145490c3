"""Kills verbs at random moments and at their writes, and runs them again to their end.

`make test-faults` runs it: for hours with all verbs and 100 kills of each. Each time,
the files must be those of a run that nobody disturbed, but for dates and durations,
with nothing left over. It exits with 1 if they are not.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from tests.faults import counts as table
from tests.faults.counts import FILE, KINDS, read_counts, write_counts
from tests.faults.preload import preload

FEW = {"full_disk": 5, "at_once": 3, "clock": 1}  # of these faults, one is like another


def main(arguments=None):
    """Runs what the command line asks for; returns the exit code."""
    preload()
    from tests.faults.verbs import SCENARIOS

    options, order = _options(arguments), [one.id for one in SCENARIOS]
    known = dict.fromkeys(one.verb for one in SCENARIOS)
    verbs = options.verb.split(",") if options.verb else [*known]
    if unknown := set(verbs) - {*order, *known}:
        print(f"error: VERB={min(unknown)}. Expected: some of {','.join(known)}")
        return 2
    wanted = [one for one in SCENARIOS if {one.id, one.verb} & set(verbs)]
    rows, failed = read_counts(options.table), []
    if options.resume:
        wanted = [one for one in wanted if _is_left(rows.get(one.id), options.count)]
    with _server() as server:
        for scenario in wanted:
            try:
                row = _kill(scenario, options, server)
            except RuntimeError as error:  # it cannot even be run undisturbed
                print(f"{scenario.id}: error: {error}", flush=True)
                row = {"scenario": scenario.id, "found": "cannot be run"}
            else:
                row = table.with_earlier(row, rows.get(scenario.id), _kinds(options))
            rows[scenario.id] = row
            failed += [scenario.id] if row["found"] else []
            write_counts(rows, order, options.table)
    if failed:
        print(f"error: {', '.join(failed)}. Next: read what differs above")
    return int(bool(failed))


def _kill(scenario, options, server):
    """Returns the row of a scenario."""
    from tests.faults.killing import Killing

    with tempfile.TemporaryDirectory() as folder:
        killing = Killing(scenario, Path(folder).resolve(), server)
        print(f"{scenario.id}: {killing.writes} writes", flush=True)
        found = [f"undisturbed: {wrong}" for wrong in killing.trouble]
        counts, same = dict.fromkeys(KINDS, 0), 0
        for kind, count in _kinds(options).items():
            for when, wrong in getattr(killing, kind)(count, options.seed):
                counts[kind] += 1
                same += not wrong
                found += [f"{when}: {one}" for one in wrong]
                for one in wrong:
                    print(f"  {when}: {one}", flush=True)
    row = {"writes": killing.writes, **counts}
    row |= {"states": len(killing.states), "same": same}
    shown = ", ".join(f"{key} {value}" for key, value in row.items())
    print(f"{scenario.id}: {shown}", flush=True)
    row["found"] = " ".join("; ".join(dict.fromkeys(found)).split())[:300]
    return {"scenario": scenario.id, **row}


def _kinds(options):
    """Returns how many of each fault are tried: `at_moments:5,frozen` or the like."""
    found = {}
    for word in options.kinds.split(","):
        kind, _, own = word.partition(":")
        found[kind] = int(own) if own else min(options.count, FEW.get(kind, 10**9))
    return found


def _is_left(row, count):
    """Whether a scenario was not yet disturbed at so many moments, or is not whole."""
    return row is None or bool(row["found"]) or table.moments_of(row) < count


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--verb", default="", help="some verbs, `train,predict`")
    parser.add_argument("--count", type=int, default=100, help="kills of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of moments and choices")
    parser.add_argument("--kinds", default=",".join(KINDS), help="`frozen,at_once:1`")
    parser.add_argument("--resume", action="store_true", help="what has fewer kills")
    parser.add_argument("--table", type=Path, default=FILE, help="where counts go")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _server():
    from tests.data.download.server import serving

    with serving() as server:
        yield server


if __name__ == "__main__":
    sys.exit(main())
