"""The committed figures that pages show, each with what it was made of."""

import os
from dataclasses import dataclass

from common.reporting.figures import read_note
from common.reporting.largest import changed_settings, is_shown
from common.reporting.order import natural

CURVES = "learning_curves"


@dataclass(frozen=True)
class Picture:
    """A figure of a paper that its page shows.

    Args:
        prefix: how its files' names begin, such as `"figure4"`.
        title: what it shows.
        attribution: what the license of the images asks for; "" where it has none.
    """

    prefix: str
    title: str
    attribution: str = ""

    def shown(self, folder, page, instead=""):
        """Returns the Markdown of the best committed file, or "" where there is none.

        Args:
            folder: the paper's folder of results.
            page: folder of the page that shows it.
            instead: what is said where it shows a phantom.
        """
        path = best_figure(folder, self.prefix)
        if path is not None:
            return image(path, page, f"{self.title}. {self.attribution}".rstrip())
        path = best_figure(folder / "phantom", self.prefix, phantom=True)
        if path is not None:
            caption = f"{self.title}, on a phantom: synthetic heads. {instead}"
            return image(path, page, caption.rstrip())
        return ""


def best_figure(folder, prefix, phantom=False):
    """Returns the file of a figure's largest run, or None.

    Of the same budget, that of most methods comes first, then that of the first seed.

    Args:
        folder: a results folder.
        prefix: how the file's name begins.
        phantom: whether those of phantoms are looked for.
    """
    found = []
    for path in sorted(folder.glob(f"{prefix}_*.png")):
        where = made_of(path)
        profiles = where.get("profile", [""])
        shown = phantom or all(map(is_shown, where.get("data", [""])))
        if shown and not any(map(changed_settings, profiles)):
            budget = natural(" ".join(where.get("budget", [])))
            found.append((budget, len(where.get("method", [])), path))
    # The names are sorted and of equal ones `max` takes the first, seed 0.
    return max(found, key=lambda one: one[:2])[2] if found else None


def made_of(path):
    """Returns what a figure's file says that its rows were run on, a list by column."""
    note = read_note(path)
    return note["where"] if note else {}


def image(path, page, caption, width=None):
    """Returns a picture with its caption, as Markdown.

    Args:
        path: the picture's file.
        page: folder of the page that shows it.
        caption: the text below it.
        width: in pixels, of a picture that would fill more than a screen.
    """
    target = os.path.relpath(path, page).replace(os.sep, "/")
    title = caption.partition(". ")[0]
    shown = f"![{title}]({target})"
    if width is not None:  # for which Markdown has no word
        shown = f'<img src="{target}" alt="{title}" width="{width}">'
    return f"{shown}\n\n*{caption}*"


def curves(folder, page):
    """Returns the learning curves of the largest real run, or a line of text.

    Args:
        folder: the paper's folder of results.
        page: folder of the page that shows them.
    """
    path = best_figure(folder, CURVES)
    if path is None:
        return "None of real data have been recorded yet."
    return image(path, page, f"Learning curves: {_words(path)}")


def _words(path):
    where = made_of(path)
    names = [" and ".join(where[name]) for name in ("data", "profile", "budget")]
    return f"{', '.join(names)}."
