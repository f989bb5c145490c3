"""What decides whether a row of the table still holds: two files and the fault."""

import hashlib


def state_of(fault, caught_by, root):
    """Returns a short hash of what a fault's row was found with.

    That is the fault, the file that it is planted in and the test file that caught it.
    Where no test did, all files of tests count: each may be the one that does.

    Args:
        fault: a `Fault`.
        caught_by: the test, or `""`.
        root: folder of the repository, or of a copy of it.
    """
    path = caught_by.partition("::")[0]
    if path.startswith("tests/"):
        files = [root / path]
    else:  # none, or a signal
        every = sorted((root / "tests").rglob("*.py"))
        files = [file for file in every if file.parent.name != "mutation"]
    found = hashlib.sha256(f"{fault.old}\n{fault.new}\n".encode())
    for file in [root / fault.file, *files]:
        found.update(str(file.relative_to(root)).encode())
        found.update(file.read_bytes() if file.is_file() else b"")
    return found.hexdigest()[:12]


def holds(row, fault, root):
    """Whether a row was found with the code and the test of now.

    Args:
        row: of `results.read_results`, or None.
        fault: its `Fault`.
        root: as for `state_of`.
    """
    return bool(row) and row["state"] == state_of(fault, row["caught_by"], root)
