"""Audits published tables: do the printed numbers agree with each other and the text?

The rules are the same for every paper. What is special to one, such as sentences
that state numbers, is data beside its tables.
"""

from common.audit.claims import check_claims
from common.audit.declared import check_conditions, check_pools
from common.audit.discrepancy import SEVERITIES
from common.audit.input import read_printed
from common.audit.repeats import (
    changed_cells,
    region_means,
    repeated_columns,
    repeated_rows,
)
from common.audit.rules import check_scores
from common.audit.scores import scores_of
from common.files import write_text
from common.reporting.text import to_csv

_COLUMNS = ["paper", "table", "row", "columns", "rule", "severity", "printed"]
_COLUMNS += ["low", "high", "explanation"]


def audit(papers):
    """Applies every rule to the printed numbers of some papers.

    Args:
        papers: `{paper id: Published}`, as `read_printed` returns them.

    Returns:
        A `DataFrame` with one row per finding: paper, table, row, columns (the
        judged one first), rule, severity (impossible, suspicious or note),
        printed number, the range from low to high that the rule allows, and an
        explanation. For a claim of the text the table is `text` and the range is
        what the tables give. Papers are in the given order, and each paper's most
        severe findings come first.

    Raises:
        UserError: a claim or a declared fact refers to no cell of the tables.
    """
    import pandas as pd

    lines = []
    for paper, published in papers.items():
        once = {}
        for finding in _findings(published):
            # A row that two tables print is judged in the first one.
            key = (finding.row, finding.columns, finding.rule, finding.printed)
            once.setdefault(key, finding)
        found = sorted(once.values(), key=lambda f: SEVERITIES.index(f.severity))
        lines += [
            {"paper": paper} | vars(finding) | {"columns": " ".join(finding.columns)}
            for finding in found
        ]
    frame = pd.DataFrame(lines, columns=_COLUMNS)
    return frame.astype({"low": "float64", "high": "float64"})


def write_audit(path, folders):
    """Audits folders of published numbers and writes the findings as CSV.

    Args:
        path: such as `results/audit.csv`.
        folders: the folder of each paper's numbers by the paper's id.

    Returns:
        The findings, as `audit` returns them.

    Raises:
        UserError: a file cannot be read or written.
    """
    findings = audit({paper: read_printed(folder) for paper, folder in folders.items()})
    write_text(path, to_csv(findings))
    return findings


def _findings(published):
    all_scores = list(scores_of(published.tables))
    for scores in all_scores:
        yield from check_scores(scores)
    yield from repeated_columns(all_scores)
    yield from repeated_rows(published.tables)
    yield from changed_cells(published.tables)
    yield from region_means(published.tables)
    yield from check_claims(published)
    yield from check_conditions(published)
    yield from check_pools(published, all_scores)
