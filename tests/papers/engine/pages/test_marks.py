"""The marks between which a page holds its generated parts."""

import pytest

from common.errors import UserError
from papers.engine.pages.marks import update


def test_update_replaces_one_part():
    text = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n"
    new = update(text, {"x": r"new \1"})
    assert new == "a\n<!-- begin x -->\nnew \\1\n<!-- end x -->\nb\n"
    with pytest.raises(UserError, match="begin y"):
        update(text, {"y": "new"})
