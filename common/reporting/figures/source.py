"""What a figure was made of, noted in its file: so that a stale one can be told."""

import ast
import hashlib
import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError
from common.reporting.cases import RUN
from common.reporting.text import as_text, read_text

KEY = "Made of"  # of the PNG file's text
DRAW = ("figures", "palette")  # how a part of the name of a module that draws begins
_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Source:
    """The rows that a figure shows, and the code that draws it.

    Args:
        module: dotted name of the module that decides what is drawn.
        rows: a `DataFrame` of the rows.
        columns: the columns that the figure follows from.
        file: the file of the results folder that holds the rows.
    """

    module: str
    rows: object
    columns: tuple
    file: str = "cases.csv"

    def note(self):
        """Returns the note for the figure's file, as JSON."""
        rows = as_text(self.rows)
        where = {name: sorted(rows[name].unique()) for name in RUN if name in rows}
        note = {
            "module": self.module,
            "code": code_digest(self.module),
            "file": self.file,
            "where": where,
            "columns": list(self.columns),
            "rows": rows_digest(rows, self.columns),
        }
        return json.dumps(note, sort_keys=True)


def code_digest(module):
    """Returns a hash of the code that draws: a module and what it imports of it.

    Imports are followed, without running them, into modules that say by their name
    that they draw (`DRAW`): this package, the figures that papers share, the palette.
    They are not followed into protocols, networks or the engine, most of whose changes
    move no figure. What a figure takes from there beside its rows (titles of methods,
    images of its run) is not noticed. Comments, docstrings and the layout of the code
    are no part of the hash, nor is this file, which draws nothing.

    Args:
        module: the module's dotted name; it is not imported.
    """
    path = Path(importlib.util.find_spec(module).origin)
    roots = path.parents[module.count(".")], _ROOT
    files, todo = {}, [(module, path)]
    while todo:
        name, path = todo.pop()
        if name in files:
            continue
        files[name] = path.read_text(encoding="utf-8")
        for other in _imported(files[name]):
            if any(part.startswith(DRAW) for part in other.split(".")):
                todo += _files_of(other, roots)
    code = hashlib.sha256()
    for name in sorted(files.keys() - {__name__}):
        code.update(_meaning(files[name]).encode())
    return code.hexdigest()[:16]


def rows_digest(rows, columns):
    """Returns a hash of some columns of rows, whatever their order.

    Args:
        rows: a `DataFrame` of texts.
        columns: the columns.
    """
    order = [name for name in (*RUN, "case", "epoch") if name in rows]
    rows = rows.sort_values(order)
    lines = rows[[*order, *columns]].to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def read_note(path):
    """Returns the note in a PNG file, or None: it is damaged, or not ours.

    Args:
        path: the file.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            text = image.info.get(KEY)
    except (OSError, SyntaxError):  # the latter: a PNG file that is cut
        return None
    try:
        note = None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return None
    return note if _is_note(note) else None


def why_stale(path):
    """Returns why a figure no longer shows the rows beside it, or "" if it does.

    Args:
        path: the PNG file in a results folder.
    """
    note = read_note(path)
    if note is None:
        return "it does not say what it was made of"
    if not _is_there(note["module"]):
        return f"there is no module {note['module']}"
    if code_digest(note["module"]) != note["code"]:
        return "the code that draws it has changed"
    try:
        rows = read_text(path.with_name(note["file"]), "draw the figure again")
    except UserError:
        return f"there is no {note['file']}"
    if any(name not in rows for name in note["where"]):
        return "a column that it shows is gone"
    for name, values in note["where"].items():
        rows = rows[rows[name].isin(values)]
    if any(name not in rows for name in note["columns"]):
        return "a column that it shows is gone"
    if rows_digest(rows, note["columns"]) != note["rows"]:
        return "the rows that it shows have changed"
    return ""


def _is_note(note):
    """Whether JSON values are what `Source.note` returns."""
    texts = ("module", "code", "file", "rows")
    return (
        isinstance(note, dict)
        and all(isinstance(note.get(name), str) for name in texts)
        and Path(note["file"]).name == note["file"] != ".."
        and isinstance(note.get("where"), dict)
        and all(isinstance(values, list) for values in note["where"].values())
        and isinstance(note.get("columns"), list)
        and all(isinstance(name, str) for name in note["columns"])
    )


def _is_there(module):
    """Whether there is a module; no package of others is imported to find out."""
    package, dot, _ = module.partition(".")
    if not all(part.isidentifier() for part in module.split(".")):
        return False
    if dot and not (_ROOT / package).is_dir():
        return False
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a package in between
        return False


def _meaning(text):
    """Returns the code of a file without its docstrings, alike in every Python."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if getattr(node, "type_params", None) == []:  # Python 3.11 does not know them
            del node.type_params
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            if isinstance(getattr(body[0].value, "value", None), str):
                node.body = body[1:]
    # Python 3.13 leaves out what is empty, unless told otherwise.
    shown = {"show_empty": True} if sys.version_info >= (3, 13) else {}
    return ast.dump(tree, **shown)


def _imported(text):
    """Yields the dotted names that a file imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(name, roots):
    """Returns the modules by that name: one, all of a package, or none.

    A package counts as a whole, because it hands out names that its `__init__` does
    not import.
    """
    for root in roots:
        path = root.joinpath(*name.split("."))
        if path.is_dir():
            return [(f"{name}.{file.stem}", file) for file in path.glob("*.py")]
        if path.with_suffix(".py").is_file():
            return [(name, path.with_suffix(".py"))]
    return []
