"""What an error shows: printable, on lines of its own, as short as can be read."""

import pytest

from common.errors import UserError, printable


def test_an_error_is_one_text():
    error = UserError("a.nii", "a volume", ["x"], "look at it")
    assert str(error) == "a.nii: expected a volume. Received: ['x']. Next: look at it"


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\x00b", "a\x9b2J", "\udcff.nii"])
def test_what_is_in_a_file_does_not_reach_the_terminal(text):
    error = UserError(text, text, text, text)
    assert str(error).isprintable() and str(error).encode()
    for part in (error.file, error.expected, error.received, error.next_step):
        assert part == printable(text) != text


def test_what_was_received_is_one_line_that_ends():
    error = UserError("a.csv", "a table", "one\ntwo" + "x" * 100_000 + "end", "stop")
    assert error.received.startswith("one twoxx") and error.received.endswith("xend")
    assert "…" in error.received and len(error.received) < 500


def test_a_tab_in_the_name_of_a_column_can_be_seen():
    assert UserError("a.csv", "sex", "s\tx", "stop").received == "s\\tx"


def test_words_stay_as_they_are():
    assert (
        printable("3 × 4 mm, é, 0.5 ± 0.1\n\tnext") == "3 × 4 mm, é, 0.5 ± 0.1\n\tnext"
    )
