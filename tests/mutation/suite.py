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
# pytest's exit codes: no test was there, a file could not be imported.
_NO_TESTS, _INTERRUPTED = 5, 2


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
    """Runs the stages with the fault until a test fails that passes without it.

    Args:
        tree: the `Tree` to plant the fault in.
        fault: the `Fault`.
        limit: seconds in all.
        count: number of stages to run; None for all.

    Returns:
        `(caught_by, note)`: the test that failed first or how pytest ended, and why
        the fault was not caught; one of them is empty.
    """
    before, anyway, deadline = [], [], time.monotonic() + limit
    waiting = stages(fault)[:count]
    while waiting:
        group = waiting[0]
        with tree.planted(fault):
            left = deadline - time.monotonic()
            arguments = [*OPTIONS, *group, *before, "-x"]
            code, output = run_pytest(tree.folder, arguments, left)
        if code is None:
            return "", f"over the limit of {limit:.0f} s in {' '.join(group)}"
        if failed := _FAILED.search(output):
            test = failed[1]
            if not fails_anyway(tree, test, limit):
                return test, ""
            if test in anyway:
                raise RuntimeError(f"{test} cannot be left out:\n{output}")
            anyway.append(test)  # it has caught nothing: another test may
            before.append(_left_out(test))
            continue
        if code < 0:
            return f"signal {-code} ends {' '.join(group)}", ""
        if code not in (0, _NO_TESTS):
            raise RuntimeError(f"pytest ended with {code}:\n{output}")
        before += [f"--ignore={one.split('::')[0]}" for one in group if "::" not in one]
        del waiting[0]
    note = "no test fails" if count is None else f"no test of {count} stages fails"
    return "", "; ".join([note, *(f"{one} does without it, too" for one in anyway)])


def fails_anyway(tree, test, limit):
    """Whether a test fails without any fault.

    Args:
        tree: the `Tree`, as it is.
        test: pytest's name of the test.
        limit: seconds.
    """
    code, output = run_pytest(tree.folder, [*OPTIONS, test.split("[")[0]], limit)
    if code is None:
        raise RuntimeError(f"{test} without a fault took over {limit} s")
    if code not in (0, 1, _INTERRUPTED):
        raise RuntimeError(f"pytest ended with {code}:\n{output}")
    return test in _FAILED.findall(output)


def _left_out(test):
    """Returns pytest's option that runs all but a test, whatever its parameters."""
    name, bracket, _ = test.partition("[")
    return f"--deselect={name}{bracket}" if "::" in name else f"--ignore={name}"
