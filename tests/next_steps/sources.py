"""The places in the code that raise an error for users, and what they say is next."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ADVICE = re.compile(r"\bmake [a-z]+-[a-z]|SET=[a-z]")
ROOT = Path(__file__).resolve().parents[2]
ERRORS = ("UserError", "MatError", "LostMachineError")
# Functions that take a next step from their callers, and its position.
_PASSED = {
    "read_text": 1,
    "read_columns": 2,
    "read_cells": 1,
    "load_weights": 2,
    "_listed": 1,
    "_number": 1,
}


@dataclass(frozen=True)
class Site:
    """One construction of an error.

    Args:
        place: file and innermost function, as in `"data/order.py:generator"`.
        line: its line.
        steps: the texts that its next step may be made of, `{}` for a value.
    """

    place: str
    line: int
    steps: tuple


@cache
def sites():
    """Returns all `Site`s of `papers/`, `common/` and `data/`."""
    return [
        site
        for top in ("papers", "common", "data")
        for path in sorted((ROOT / top).rglob("*.py"))
        for site in _sites_of(path)
    ]


def _sites_of(path):
    tree = _parsed(path)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    for node in ast.walk(tree):
        if not _is_error(node):
            continue
        around = [f for f in functions if f.lineno <= node.lineno <= f.end_lineno]
        inner = max(around, key=lambda f: f.lineno).name if around else ""
        place = f"{path.relative_to(ROOT).as_posix()}:{inner}"
        yield Site(place, node.lineno, tuple(_steps(node, tree)))


def _is_error(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ERRORS
    )


def _steps(call, tree):
    """Returns the texts of an error's last argument."""
    position = 4 if call.func.id == "MatError" else 3
    given = call.args[position:] if len(call.args) > position else ()
    given = [*given, *(k.value for k in call.keywords if k.arg == "next_step")]
    return [text for node in given for text in _texts(node, tree)]


def _texts(node, tree, seen=()):
    """Returns the texts that an expression may have, through names and calls."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return _joined(node, tree, seen)
    if isinstance(node, ast.IfExp):
        return _texts(node.body, tree, seen) + _texts(node.orelse, tree, seen)
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in _texts(value, tree, seen)]
    if isinstance(node, ast.BinOp):
        left, right = (_texts(n, tree, seen) for n in (node.left, node.right))
        return [a + b for a in left or ["{}"] for b in right or ["{}"]]
    name = _name(node)
    if name is None or name in seen:
        return []
    return [
        text
        for value, where in _values(name, tree)
        for text in _texts(value, where, (*seen, name))
    ]


def _joined(node, tree, seen):
    made = [""]
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        options = _texts(inner, tree, seen) or ["{}"]
        made = [text + option for text in made for option in options]
    return made


def _name(node):
    """Returns the variable, attribute or function that an expression is of."""
    node = node.func if isinstance(node, ast.Call) else node
    return getattr(node, "id", None) or getattr(node, "attr", None)


def _values(name, tree):
    """Yields what a name is assigned or returns, each with the tree of its file."""
    for value in _named(tree).get(name, ()):
        if isinstance(value, Path):
            yield from _values(name, _parsed(value))
        else:
            yield value, tree


@cache
def _named(tree):
    """Returns by name what a file assigns or returns, or the file it imports from."""
    found = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = [t for target in node.targets for t in _unpacked(target)]
            values = _unpacked(node.value) if len(targets) > 1 else [node.value]
            if len(values) == len(targets):
                for target, value in zip(targets, values, strict=True):
                    found[_name(target)].append(value)
        elif isinstance(node, ast.FunctionDef):
            returns = [n for n in ast.walk(node) if isinstance(n, ast.Return)]
            found[node.name] += [n.value for n in returns if n.value is not None]
        elif isinstance(node, ast.ImportFrom):
            path = ROOT / f"{node.module.replace('.', '/')}.py"
            for name in {n.name for n in node.names} if path.exists() else ():
                found[name].append(path)
    return found


@cache
def _parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _unpacked(node):
    return node.elts if isinstance(node, ast.Tuple) else [node]


@cache
def passed_steps():
    """Returns the texts that callers pass to the functions of `_PASSED`, by place."""
    found = {}
    for top in ("papers", "common", "data"):
        for path in sorted((ROOT / top).rglob("*.py")):
            tree = _parsed(path)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _name(node) in _PASSED:
                    given = node.args[_PASSED[_name(node)] :][:1]
                    texts = [text for one in given for text in _texts(one, tree)]
                    place = f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
                    found[place] = tuple(texts)
    return found


@cache
def other_advice():
    """Returns further texts of the code that name a target or a setting, by place.

    Such as the fixes of findings, and hints beside what is shown. Docstrings are not
    among them.
    """
    found = {}
    for top in ("papers", "common", "data"):
        for path in sorted((ROOT / top).rglob("*.py")):
            tree = _parsed(path)
            for node in _strings(tree):
                texts = [text for text in _texts(node, tree) if _ADVICE.search(text)]
                place = f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
                found |= {place: tuple(texts)} if texts else {}
    return found


def _strings(tree):
    """Yields the strings of a file that are neither docstrings nor parts of others."""
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr | ast.Expr)
        for part in ast.iter_child_nodes(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in inner:
            yield node
