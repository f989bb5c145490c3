"""A small table as Markdown or LaTeX, for pages and papers."""

import re

_MARKDOWN = {"|": r"\|", "<": "&lt;", ">": "&gt;"}
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
} | {sign: f"\\{sign}" for sign in "&%$#_{}"}


def as_markdown(table):
    """Returns a `common.reporting.people.SmallTable` as Markdown, its notes below."""
    lines = [table.head, ["---"] * len(table.head), *table.rows]
    text = "\n".join(
        f"| {' | '.join(_escaped(cell, _MARKDOWN) for cell in line)} |"
        for line in lines
    )
    notes = "\n".join(f"- {_escaped(note, _MARKDOWN)}" for note in table.notes)
    title = f"**{_escaped(table.title, _MARKDOWN)}**"
    return "\n\n".join(part for part in (title, text, notes) if part)


def as_latex(table):
    """Returns a `common.reporting.people.SmallTable` in LaTeX, with booktabs' rules.

    Columns of numbers are aligned on the right; the notes are part of the caption.
    """
    kinds = [
        "r" if _is_number(column) else "l" for column in zip(*table.rows, strict=True)
    ]
    caption = " ".join(f"{text.rstrip('.')}." for text in (table.title, *table.notes))
    lines = [
        r"\begin{table}  % needs \usepackage{booktabs}",
        rf"  \caption{{{_escaped(caption, _LATEX)}}}",
        rf"  \begin{{tabular}}{{{''.join(kinds)}}}",
        r"    \toprule",
        f"    {_latex_row(table.head)}",
        r"    \midrule",
    ]
    for number, row in enumerate(table.rows):
        lines += [r"    \midrule"] if number in table.sections else []
        lines.append(f"    {_latex_row(row)}")
    return "\n".join([*lines, r"    \bottomrule", r"  \end{tabular}", r"\end{table}"])


def _latex_row(cells):
    return " & ".join(_escaped(cell, _LATEX) for cell in cells) + r" \\"


def _is_number(cells):
    """Whether a column has numbers, or scores that begin with one."""
    return any(re.match(r"[+-]?\d[\d.,]*($| )", cell) for cell in cells) and all(
        re.match(r"[+-]?\d[\d.,]*($| [\[±])|-$|not run$", cell) for cell in cells
    )


def _escaped(text, signs):
    return "".join(signs.get(sign, sign) for sign in text)
