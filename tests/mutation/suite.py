"""The tests that look for a fault, the likeliest first."""

import re
import time
from pathlib import Path

from tests.mutation.forked import run_pytest
from tests.mutation.tree import ROOT

OPTIONS = ["-q", "--tb=no", "-rfE", "-m", "not slow and not gpu and not real"]
# Neither other processes nor the list of faults itself, which would fail at once.
OPTIONS += ["-o", "addopts=", "-p", "no:cacheprovider", "--ignore=tests/mutation"]
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.MULTILINE)
_NO_TESTS = 5  # pytest's exit code


def stages(fault):
    """Returns the groups of tests that look for a fault, one after the other.

    Tests mirror the tree: first the test file of the file's name and those that the
    fault names, then the folder of the same name (a paper's, for a paper), then
    `tests/conformance`, then everything.

    Args:
        fault: a `Fault`.
    """
    path = Path(fault.file)
    folder = "tests" / path.parent
    while not (ROOT / folder).is_dir():
        folder = folder.parent
    first = [*fault.tests]
    if (ROOT / folder / f"test_{path.name}").is_file():
        first.append(str(folder / f"test_{path.name}"))
    groups = [first, [str(folder)], ["tests/conformance"], ["tests"]]
    return [group for group in groups if group]


def find(tree, fault, limit, count=None):
    """Runs the stages until a test fails.

    Args:
        tree: the `Tree` that holds the fault.
        fault: the `Fault`.
        limit: seconds in all.
        count: number of stages to run; None for all.

    Returns:
        `(caught_by, note)`: the test that failed first or how pytest ended, and why
        the fault was not caught; one of them is empty.
    """
    before, deadline = [], time.monotonic() + limit
    for group in stages(fault)[:count]:
        left = deadline - time.monotonic()
        code, output = run_pytest(tree.folder, [*OPTIONS, *group, *before, "-x"], left)
        if code is None:
            return "", f"over the limit of {limit:.0f} s in {' '.join(group)}"
        if failed := _FAILED.search(output):
            return failed[1], ""
        if code < 0:
            return f"signal {-code} ends {' '.join(group)}", ""
        if code not in (0, _NO_TESTS):
            raise RuntimeError(f"pytest ended with {code}:\n{output}")
        before += [f"--ignore={one.split('::')[0]}" for one in group if "::" not in one]
    return "", "no test fails"


def fails_anyway(tree, tests, limit):
    """Returns the tests among some that fail without any fault."""
    tests = sorted({name.split("[")[0] for name in tests if name.startswith("tests/")})
    if not tests:
        return set()
    code, output = run_pytest(tree.folder, [*OPTIONS, *tests], limit)
    if code is None:
        raise RuntimeError(f"the tests without a fault took over {limit} s")
    if code not in (0, 1):
        raise RuntimeError(f"pytest ended with {code}:\n{output}")
    return {name.split("[")[0] for name in _FAILED.findall(output)}
