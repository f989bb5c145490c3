"""CSV files that put cases into folds or parts, with a hash of their content.

The first line of a file that we write, `# sha256=…`, is the hash of its rows, whatever
their order and quoting. A user's own file does not need it.
"""

import csv
import io
import re
from pathlib import Path

from common.errors import UserError
from common.files import csv_text, digest, plain_cell, unreadable, write_text

_FIX = "correct the file, or pass another one as SPLITS="
_HASH = re.compile(r'"?# sha256=([0-9a-f]+)[^\r\n]*[\r\n]*')


def read_assignment(path, column, values, cases=None):
    """Reads which fold or part each case of a file belongs to.

    Args:
        path: a CSV file with the columns `case` and `column` in any order, perhaps
            with others; it may come from a spreadsheet.
        column: `"fold"` or `"part"`.
        values: regular expression that each whole value must match.
        cases: cases that the file must all name; None for no such rule.

    Returns:
        The values by case id, as text, in the order of the file.

    Raises:
        UserError: the file cannot be read, a column or a case is missing, a value is
            invalid, a case occurs twice, or the rows do not match the hash.
    """
    expected = f"a CSV file with the columns case,{column} and one row per case"
    try:
        # Spreadsheets may put a byte-order mark in front.
        text = Path(path).read_bytes().decode("utf-8-sig")
        stated = _HASH.match(text)
        start = stated.end() if stated else 0
        rows = list(csv.DictReader(io.StringIO(text[start:], newline="")))
    except FileNotFoundError as error:
        raise UserError(path, expected, error.strerror, _FIX) from error
    except OSError as error:
        raise unreadable(path, error) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(path, expected, error, _FIX) from error
    assigned = {}
    for row in rows:
        case_id, value = row.get("case"), row.get(column)
        if case_id is None or value is None or not re.fullmatch(values, value.strip()):
            raise UserError(path, expected, f"the row {row}", _FIX)
        case_id = plain_cell(case_id)
        if case_id in assigned:
            raise UserError(path, expected, f"case {case_id} twice", _FIX)
        assigned[case_id] = value.strip()
    if stated and stated[1] != digest([column, assigned]):
        raise UserError(
            path,
            f"rows with the hash {stated[1][:12]}… of the first line",
            f"rows with the hash {digest([column, assigned])[:12]}…",
            "restore the file, or delete its first line if the change is intended",
        )
    missing = [case.id for case in cases or () if case.id not in assigned]
    if missing:
        received = f"no row for {len(missing)} cases, such as {missing[0]}"
        raise UserError(path, expected, received, _FIX)
    return assigned


def write_assignment(path, column, assigned):
    """Writes folds or parts in the format of `read_assignment`, with their hash.

    Args:
        path: the CSV file.
        column: `"fold"` or `"part"`.
        assigned: value by case id.

    Raises:
        UserError: the file cannot be written.
    """
    assigned = {case_id: str(value) for case_id, value in assigned.items()}
    rows = csv_text([("case", column), *assigned.items()])
    write_text(path, f"# sha256={digest([column, assigned])}\n{rows}")
