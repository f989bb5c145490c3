"""What the user sees, in a terminal and elsewhere."""

import io

import pytest
from rich.console import Console as RichConsole

from papers.engine.console import Console, count

NOTICE = (
    "These are PHANTOM results: synthetic heads, narrow networks, few epochs. They "
    "show that everything runs.\nwrote results/linkdsl/phantom/a-very-long-name.png"
)


@pytest.mark.parametrize("width", [24, 40, 80])
def test_a_terminal_breaks_a_notice_between_words_only(width):
    file = io.StringIO()
    rich = RichConsole(file=file, force_terminal=True, width=width, highlight=False)
    Console(rich).say(NOTICE)
    shown = file.getvalue()
    assert shown.split() == NOTICE.split()
    assert all(len(line) <= width or " " not in line for line in shown.splitlines())


def test_a_file_gets_a_notice_as_it_is():
    file = io.StringIO()
    Console(RichConsole(file=file, width=40)).say(NOTICE)
    assert file.getvalue() == NOTICE + "\n"


HEAD = ("key", "where or why")
ROWS = [
    ("training.learning_rate", "stated in section III, for all networks"),
    ("file [a]", "/a/long/path/of/one/file.nii.gz"),
]


@pytest.mark.parametrize("width", [24, 40, 80])
def test_a_table_breaks_between_words_only(width):
    file = io.StringIO()
    rich = RichConsole(file=file, force_terminal=True, width=width, color_system=None)
    Console(rich).table(HEAD, ROWS, "Title")
    shown = file.getvalue().replace(":", " ").split()
    for text in ("Title", *HEAD, *ROWS[0], *ROWS[1]):
        assert set(text.split()) <= set(shown)
    assert ("│" in shown) == (width == 80)


def test_a_file_gets_a_whole_table():
    file = io.StringIO()
    Console(RichConsole(file=file, width=160)).table(HEAD, ROWS)
    (line,) = [line for line in file.getvalue().splitlines() if "learning" in line]
    assert all(cell in line for cell in ROWS[0])


def test_one_is_singular():
    assert [count(n, "case") for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]
