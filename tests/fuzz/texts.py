"""Changes of JSON and CSV that keep most of their structure."""

import csv
import io
import json

_NUMBERS = ["0", "-1", "1e308", "-1e400", "1e-400", "NaN", "Infinity", "2147483648"]
_NUMBERS += ["9223372036854775808", "9" * 400, "9" * 5000, "0.1", "true", "null"]
_WORDS = ["", " ", "\0", "\ud800", "é", "a\nb", "\x1b[31m", "../../x", "/etc/x"]
_WORDS += ["=1+1", "x" * 3000, "nan", "inf", "1_0", "٣", "<img onerror=1>", "None"]
_VALUES = [json.loads(number) for number in _NUMBERS[:10]] + _WORDS
_VALUES += [True, None, [], {}, [[]], {"a": 1}, [None] * 5, ["x", 1]]
_CELLS = _NUMBERS + [word for word in _WORDS if word != "\ud800"]
_CELLS += ["'=1", '"', "x" * 140_000, "1 ", "0x10", "1e3"]
_MARK = b"\xef\xbb\xbf"  # of the order of bytes


def mutated_json(content, draw):
    """Returns a JSON file with a value or a key changed, or with odd syntax.

    Args:
        content: its bytes; what is no JSON is returned as it is.
        draw: a `random.Random`.
    """
    if draw.random() < 0.15:
        return _odd_json(content, draw)
    try:
        value = json.loads(content)
        for _ in range(draw.choice((1, 1, 2))):
            value = _changed(value, draw)
        return json.dumps(value).encode()
    except (ValueError, RecursionError):
        return content


def mutated_csv(content, draw):
    """Returns a CSV file with a cell, a row or a column changed, or with odd syntax.

    Args:
        content: its bytes.
        draw: a `random.Random`.
    """
    if draw.random() < 0.15:
        return draw.choice(_ODD_CSV)(content)
    text = content.decode("utf-8", "replace")
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return content
    for _ in range(draw.choice((1, 1, 2))):
        draw.choice(_ROWS)(rows, draw)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _odd_json(content, draw):
    depth = draw.choice((500, 100_000))
    nested = b"[" * depth + b"]" * depth
    return draw.choice(
        (
            _MARK + content,
            nested,
            content.replace(b": ", b": " + nested + b", ", 1),
            content.replace(b"{", b'{"a": 1, "a": 2,', 1),
            content.replace(b'"', b"'", 2),
            content.decode("utf-8", "replace").encode("utf-16"),
            content + content,
            b"null",
            draw.choice(_NUMBERS).encode(),
        )
    )


def _changed(value, draw):
    """Returns a JSON value with one place in it changed."""
    if isinstance(value, dict) and value and draw.random() < 0.85:
        key = draw.choice(sorted(value))
        kind, rest = draw.random(), {k: v for k, v in value.items() if k != key}
        if kind < 0.1:
            return rest
        if kind < 0.2:
            return rest | {str(draw.choice(_WORDS)): value[key]}
        return value | {key: _changed(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.8:
        place, kind = draw.randrange(len(value)), draw.random()
        if kind < 0.1:
            return value[:place] + value[place + 1 :]
        if kind < 0.2:
            return value[:place] + value[place:] * 2
        return [
            _changed(item, draw) if index == place else item
            for index, item in enumerate(value)
        ]
    return draw.choice(_VALUES)


def _cell(rows, draw):
    row = draw.choice(rows) if rows else []
    if row:
        row[draw.randrange(len(row))] = draw.choice(_CELLS)


def _head(rows, draw):
    if rows and rows[0]:
        rows[0][draw.randrange(len(rows[0]))] = draw.choice([*rows[0], *_CELLS])


def _drop_column(rows, draw):
    place = draw.randrange(max(map(len, rows), default=0) + 1)
    for row in rows:
        del row[place : place + 1]


def _swap_columns(rows, draw):
    if rows and (count := min(map(len, rows))):
        one, other = draw.randrange(count), draw.randrange(count)
        for row in rows[draw.choice((0, 1)) :]:
            row[one], row[other] = row[other], row[one]


def _drop_cell(rows, draw):
    row = draw.choice(rows) if rows else []
    if row:
        row.pop(draw.randrange(len(row)))


def _add_cell(rows, draw):
    if rows:
        draw.choice(rows).append(draw.choice(_CELLS))


def _double_row(rows, draw):
    if rows:
        rows.append(list(draw.choice(rows)))


def _drop_row(rows, draw):
    if rows:
        rows.pop(draw.randrange(len(rows)))


_ROWS = [_cell] * 6 + [_head, _head, _drop_column, _swap_columns, _drop_cell, _add_cell]
_ROWS += [_double_row, _drop_row]
_ODD_CSV = [
    lambda content: _MARK + content,
    lambda content: content.replace(b"\n", b"\r"),
    lambda content: content.replace(b"\n", b"\r\n"),
    lambda content: content.replace(b",", b";"),
    lambda content: content.replace(b",", b',"', 1),
    lambda content: content.replace(b",", b"\0,", 1),
    lambda content: content.decode("utf-8", "replace").encode("utf-16"),
    lambda content: content.replace(b"a", b"\xe4", 1),
    lambda content: b"\n" + content,
    lambda content: content.partition(b"\n")[0] + b"\n",
    lambda content: content + b"\n\n",
    lambda content: b"",
]
