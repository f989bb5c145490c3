"""Each error of the code has a test here that follows its next step."""

import ast
from collections import Counter

from tests.next_steps.sources import ROOT, sites

# Where nobody can act on it in a test.
EXCUSED = {
    "data/prepared/processes.py:_rebuild": "an error of another process, as it was",
}


def places_named():
    """Counts the places that the tests name, in constants and f-strings of them."""
    known, found = {site.place for site in sites()}, Counter()
    for path in sorted((ROOT / "tests" / "next_steps").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = _constants(tree)
        for node in ast.walk(tree):
            text = _text(node, constants)
            if text in known and not _is_constant(node, tree):
                found[text] += 1
    return found


def _constants(tree):
    """Returns the texts of a module's constants by name."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            (target,) = node.targets
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=True)
            for name, value in pairs:
                text = _text(value, found)
                if text is not None:
                    found[name.id] = text
    return found


def _text(node, constants):
    """Returns the text of a string, an f-string or a constant's name, or None."""
    if isinstance(node, ast.Name):
        return constants.get(node.id) if isinstance(node.ctx, ast.Load) else None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = [
        constants.get(getattr(part.value, "id", ""), "?")
        if isinstance(part, ast.FormattedValue)
        else part.value
        for part in node.values
    ]
    return "".join(parts)


def _is_constant(node, tree):
    """Whether a string only defines a constant, which is counted where it is used."""
    return any(
        node in ast.walk(statement)
        for statement in tree.body
        if isinstance(statement, ast.Assign)
    )


def test_every_next_step_is_followed():
    """As many tests name a place as there are errors in it."""
    named = places_named() + Counter(EXCUSED.keys())
    wanted = Counter(site.place for site in sites())
    missing = {
        place: (count, named[place])
        for place, count in wanted.items()
        if named[place] < count
    }
    assert missing == {}
    assert set(EXCUSED) <= set(wanted)
