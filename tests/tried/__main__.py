"""Writes the tables of `tests/README.md` again."""

from common.files import write_text
from papers.engine.pages.marks import update
from tests.tried import PAGE, blocks

write_text(PAGE, update(PAGE.read_text(encoding="utf-8"), blocks()))
