"""The commands that made the rows and the tables."""

import re

from common.files import digest
from common.reporting.cases import read_cases
from papers.engine.crate.sources import SUITE
from papers.engine.pages.text import command_shown

# The files that `make tables` computes from the rows of cases, by how they begin.
_COMPUTED = ("cells", "claims", "leak", "paired", "table")


def actions(results, parts):
    """Returns what made the rows and tables, and what it was made with.

    Args:
        results: the folder of all results.
        parts: the paths of its files, relative to it.

    Returns:
        The actions, the names of their data, and the commits of the suite.
    """
    found, data, commits = [], set(), set()
    for rows in (path for path in parts if path.endswith("/cases.csv")):
        cases = read_cases(results / rows)[["command", "commit", "data"]]
        made = set(cases.itertuples(index=False, name=None))
        found += [_run(rows, *one) for one in sorted(made)]
        commits |= {commit for _, both, _ in made for commit in _commits(both)}
        data |= {name for _, _, name in made}
        found.append(_tables(rows, parts))
    return found, sorted(data), sorted(commits)


def _commits(text):
    """Returns the commits of a row: of each training behind it, and of its scores."""
    return list(dict.fromkeys(re.split(", evaluated |; ", text)))


def _ids(names):
    """Returns references; a single one stands alone, as the format asks."""
    found = [{"@id": name} for name in names]
    return found[0] if len(found) == 1 else found


def _run(rows, command, commit, data):
    return {
        "@id": f"#run-{digest([rows, command, commit, data])[:12]}",
        "@type": "CreateAction",
        "name": command_shown(command),
        "instrument": _ids(f"#commit-{one}" for one in _commits(commit)),
        "object": {"@id": f"#data-{data}"},
        "result": {"@id": rows},
    }


def _tables(rows, parts):
    folder = rows.removesuffix("cases.csv")
    tables = [
        path
        for path in parts
        if path.startswith(tuple(folder + name for name in _COMPUTED))
        and path.endswith(".csv")
    ]
    return {
        "@id": f"#tables-{folder.strip('/').replace('/', '-')}",
        "@type": "CreateAction",
        "name": "make tables",
        "instrument": {"@id": SUITE},
        "object": {"@id": rows},
        "result": _ids(tables),
    }
