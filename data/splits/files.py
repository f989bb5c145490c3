"""CSV files that put cases into folds or parts, with a hash of what they say.

The first line of a file that we write, `# sha256=…`, is the hash of its rows,
however they are ordered and quoted. A user's own file needs no such line.
"""

import csv
import io
import re
from pathlib import Path

from common.errors import UserError
from common.files import digest, write_text

_FIX = "correct the file given as SPLITS="
_HASH = re.compile(r'"?# sha256=([0-9a-f]+)[^\r\n]*[\r\n]*')


def read_assignment(path, column, values, cases=None):
    """Reads which fold or part each case of a file belongs to.

    Args:
        path: a CSV file with the columns `case` and `column`, in any order, and
            perhaps others; saved by a spreadsheet or not.
        column: `"fold"` or `"part"`.
        values: regular expression that each value must match whole.
        cases: cases that the file must name, all of them; None for any.

    Returns:
        The values by case id, as text, in the order of the file.

    Raises:
        UserError: the file cannot be read, lacks a column, has another value or
            a case twice, misses a case, or its rows are not those of its hash.
    """
    expected = f"a CSV with the columns case,{column} and one row for each case"
    try:
        # A spreadsheet may have put a byte-order mark in front.
        text = Path(path).read_bytes().decode("utf-8-sig")
        stated = _HASH.match(text)
        start = stated.end() if stated else 0
        rows = list(csv.DictReader(io.StringIO(text[start:], newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(path, expected, error, _FIX) from error
    assigned = {}
    for row in rows:
        case_id, value = row.get("case"), row.get(column)
        if case_id is None or value is None or not re.fullmatch(values, value.strip()):
            raise UserError(path, expected, f"the row {row}", _FIX)
        if case_id in assigned:
            raise UserError(path, expected, f"case {case_id} twice", _FIX)
        assigned[case_id] = value.strip()
    if stated and stated[1] != digest([column, assigned]):
        raise UserError(
            path,
            f"the rows of the hash {stated[1][:12]}… in its first line",
            f"rows whose hash is {digest([column, assigned])[:12]}…",
            "restore the file, or delete its first line if the change is meant",
        )
    missing = [case.id for case in cases or () if case.id not in assigned]
    if missing:
        received = f"no row for {len(missing)} cases, first {missing[0]}"
        raise UserError(path, expected, received, _FIX)
    return assigned


def write_assignment(path, column, assigned):
    """Writes folds or parts in the format of `read_assignment`, with their hash.

    Args:
        path: the CSV file.
        column: `"fold"` or `"part"`.
        assigned: the value by case id.

    Raises:
        UserError: the file cannot be written.
    """
    assigned = {case_id: str(value) for case_id, value in assigned.items()}
    text = io.StringIO(f"# sha256={digest([column, assigned])}\n", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", column])
    writer.writerows(assigned.items())
    write_text(path, text.getvalue())
