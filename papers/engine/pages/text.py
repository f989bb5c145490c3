"""Markdown, and how numbers, runs and commands of rows are shown in it."""

import re

NOT_RUN = "not run on whole scans yet"
_FOLDER = re.compile(r"\b([A-Z]+)=[^\s\"]*/([^\s\"/]+)/?(?=\s|$)")
_QUOTED = re.compile(r"\b([A-Z]+)=\"[^\"]*/([^\"/]+)/?\"")


def markdown(head, rows):
    """Returns a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(c) for c in line)} |" for line in lines)


def folded(summary, content):
    """Returns a part of a page that opens when its summary is clicked.

    Args:
        summary: the words that are always visible.
        content: Markdown.
    """
    head = f"<details>\n<summary>{summary}</summary>"
    return f"{head}\n\n{content}\n\n</details>"


def number(text, sign=""):
    """Returns a number of a results file as readers see it, or "".

    Args:
        text: the number as it stands in the file.
        sign: `"+"` for a sign before every number.
    """
    if not text:
        return ""
    digits = 0 if abs(float(text)) >= 1000 else 4
    return f"{float(text):{sign},.{digits}f}"


def with_interval(value, low, high, sign=""):
    """Returns a score with its 95 % interval in three digits, where it has one."""
    interval = (
        "" if low == high else f" [{float(low):{sign}.3f}, {float(high):{sign}.3f}]"
    )
    return number(value, sign) + interval


def command_shown(command):
    """Returns a recorded command with folders by their own names only.

    Where the data lay on the machine that made the row is of no use to a reader.

    Args:
        command: such as `make reproduce-cunet DATA=/there/half2mm`.
    """
    return _QUOTED.sub(r'\1="\2"', _FOLDER.sub(r"\1=\2", command))


def run_shown(run):
    """Returns what a row was run on, in words.

    Args:
        run: the columns `GROUP`, `folds` and `seeds` of a row, by name.
    """
    there, total = run["coverage"].split("/")
    return (
        f"`{run['data']}` ({int(there):,} of {int(total):,} cases), profile "
        f"{run['profile']}, {run['budget']}, split {run['split']}, folds "
        f"{run['folds']}, seeds {run['seeds']}"
    )
