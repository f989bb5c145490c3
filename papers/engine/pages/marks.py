"""The marks between which a page holds its generated parts."""

import re

from common.errors import UserError


def update(text, blocks):
    """Returns a page's text with its generated parts replaced.

    Args:
        text: the page as Markdown.
        blocks: the new content of each part by name.

    Raises:
        UserError: the page lacks a part.
    """
    for name, content in blocks.items():
        pattern = rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)"
        replaced, count = re.subn(
            pattern,
            lambda m, c=content: f"{m[1]}{c}\n{m[2]}",
            text,
            flags=re.DOTALL,
        )
        if count != 1:
            raise UserError(
                "the page",
                f"one part between `<!-- begin {name} -->` and `<!-- end {name} -->`",
                f"{count} of them",
                "put the two marks into the page, then run `make pages`",
            )
        text = replaced
    return text
