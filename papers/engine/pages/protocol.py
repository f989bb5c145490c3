"""The tables of a protocol's values and of what each profile replaces in it."""

from common.evidence import describe
from papers.engine.pages.text import folded, markdown


def protocol_table(paper):
    """Returns a folded table of the published protocol's values and their evidence."""
    rows = []
    for entry in describe(paper.published):
        note = entry.note
        options = entry.limits.options or ()
        if len(options) > 1:
            note += f"; possible: {', '.join(map(str, options))}"
        rows.append((f"`{entry.key}`", entry.value, entry.kind, note))
    kinds = [entry.kind for entry in describe(paper.published)]
    counts = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    table = markdown(("key", "value", "evidence", "where or why"), rows)
    return folded(f"All {len(rows)} values ({', '.join(counts)})", table)


def profiles_table(paper):
    """Returns a folded table of what each profile replaces in the protocol."""
    rows = [
        (name, ", ".join(f"`{k}={v}`" for k, v in changes.items()) or "nothing")
        for name, changes in paper.profiles.items()
    ]
    table = markdown(("profile", "replaces in the protocol"), rows)
    return folded("What each profile replaces in the protocol", table)
