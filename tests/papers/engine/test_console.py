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


def test_one_is_singular():
    assert [count(n, "case") for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]
