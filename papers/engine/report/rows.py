"""The rows of single cases behind the tables, run by run, for the report's pages."""

import json
import math
import re
from dataclasses import dataclass

from common.reporting.cases import read_cases
from common.reporting.cells import GROUP, is_phantom
from common.reporting.largest import is_shown
from common.reporting.order import groups_of
from common.reporting.people.lines import SUITE, YOURS
from papers.engine.pages.text import command_shown
from papers.engine.places import is_suites
from papers.engine.report.scores import box_of
from papers.engine.request import SUITES

COLORS = 9  # that assets/report.css has for methods


@dataclass(frozen=True, eq=False)
class CaseRun:
    """The cases of one method on one data set, profile, budget and split.

    Args:
        number: its number in the report, from 1.
        owner: whose run it is, `SUITE` or `YOURS`.
        method: id of the method.
        title: the method's name.
        group: the columns `GROUP` by name.
        cases: the rows, a `DataFrame` as `read_cases` returns it.
    """

    number: int
    owner: str
    method: str
    title: str
    group: dict
    cases: object

    @property
    def words(self):
        """What was run, in words."""
        return words_of(self.group, self.owner)

    @property
    def command(self):
        """The commands that made the rows, with folders by their own names."""
        commands = self.cases["command"].unique()
        return "; ".join(command_shown(command) for command in commands)

    @property
    def commit(self):
        """The commits that made the rows."""
        return " ".join(self.cases["commit"].unique())


def words_of(group, owner=SUITE):
    """Returns what a group of rows was run on, in words.

    Args:
        group: the columns `GROUP` by name.
        owner: whose rows they are.
    """
    words = f"{group['data']} {group['coverage']}, {group['profile']}, "
    words += f"{group['budget']}, split {group['split']}"
    return f"yours: {words}" if owner == YOURS else words


def case_runs(paper, results):
    """Returns the `CaseRun`s of a paper, those nearest to the paper's data first.

    Args:
        paper: a `papers.engine.paper.Paper`.
        results: folder of all results; the suite's own are there in any case.
    """
    places = {SUITE: SUITES} | ({} if is_suites(results) else {YOURS: results})
    found = []
    for owner, root in places.items():
        for path in sorted((root / paper.id).rglob("cases.csv")):
            for group, rows in groups_of(read_cases(path), GROUP):
                found.append((dict(zip(GROUP, group, strict=True)), owner, rows))
    found.sort(key=lambda one: order_of(one[0], paper, one[2]["case"].nunique()))
    titles = {method.id: method.title for method in paper.methods}
    runs = []
    for group, owner, rows in found:
        ran = rows["method"].unique()
        for method in [*(m for m in titles if m in ran), *(set(ran) - set(titles))]:
            of_method = rows[rows["method"] == method]
            title = titles.get(method, method)
            runs.append(CaseRun(len(runs) + 1, owner, method, title, group, of_method))
    return runs


def order_of(group, paper, n):
    """Returns what orders runs: the one that pages show first, phantoms last.

    Whole scans come first, then most cases, the paper's own data, the longest training.

    Args:
        group: the columns `GROUP` by name.
        paper: the paper.
        n: the number of cases.
    """
    data, epochs = group["data"], re.match(r"\d*", group["budget"])[0]
    size = -n, data != paper.dataset, -int(epochs or 0)
    return is_phantom(data), not is_shown(data), *size


def color_of(paper, method):
    """Returns the number of a method's color, from 0: the same on all of a page.

    Args:
        paper: the paper.
        method: id of the method; one that the paper no longer has gets a color, too.
    """
    ids = [known.id for known in paper.methods]
    return (ids.index(method) if method in ids else len(ids)) % COLORS


def number_of(runs, owner, method, group):
    """Returns the number of the run of a table's row, or None.

    Args:
        runs: as `case_runs` returns them.
        owner: whose run it is.
        method: id of the method.
        group: the columns `GROUP` by name.
    """
    for run in runs:
        if (run.owner, run.method, run.group) == (owner, method, group):
            return run.number
    return None


def data_script(paper, runs, scores):
    """Returns the script that hands the cases to the report's pages.

    Args:
        paper: the paper.
        runs: as `case_runs` returns them.
        scores: as `papers.engine.report.scores.scores_of` returns them.
    """
    groups = {}
    for run in runs:
        groups.setdefault(run.words, len(groups))
    data = {
        "paper": paper.id,
        "groups": list(groups),
        "scores": [
            {"key": s.key, "label": s.label, "metric": s.metric, "region": s.region}
            for s in scores
        ],
        "runs": [
            {"color": color_of(paper, run.method)}
            | _as_data(run, groups[run.words], scores)
            for run in runs
        ],
    }
    return script("REPORT_DATA", data)


def script(name, value):
    """Returns a script that sets a global name to a JSON value."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return f"window.{name} = {text};\n"


def _as_data(run, group, scores):
    cases = run.cases
    columns = ["case", "patient", "group", "status", "fold", "seed"]
    here = [score.key for score in scores if score.key in cases]
    return {
        "number": run.number,
        "group": group,
        "method": run.method,
        "title": run.title,
        "words": run.words,
        "command": run.command,
        "commit": run.commit,
        "rows": {name: cases[name].tolist() for name in columns},
        "values": {key: [_number(value) for value in cases[key]] for key in here},
        "boxes": {key: box_of(cases[key]) for key in here},
    }


def _number(value):
    """Returns a score with what the pages show of it: four decimals."""
    return None if math.isnan(value) else round(value, 4)
