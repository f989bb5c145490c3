"""Where the simple commands of a text end, and their words, as bash has them."""

import subprocess

import pytest

from papers.engine.devices.scripts.shell_words import simple_commands

# Calls of a program that says what it got.
TEXTS = [
    "say one two",
    """say 'a b' "c \\" d" e\\ f""",
    "cd . && say x > log; say y 2>&1 | cat",
    "say $(printf '(%s)' x) `printf 2` \"$(echo 'a;b')\" # say no",
    "say a#b &\nwait\nsay \\\n  next",
    "(say in; say '(') && { say x; }",
    "say $HOME$ >>log <log",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_word_more_at_the_end_of_each(text, tmp_path):
    """Bash, which runs the text with a word more, gives that word to each call."""
    ends = [one.end for one in simple_commands(text) if "say" in one.words]
    longer = text
    for end in reversed(ends):
        longer = f"{longer[:end]} last{longer[end:]}"
    say = 'say() { printf "%s|" "$@" >> said; echo >> said; }\n'
    for shown in (text, longer):
        subprocess.run(["bash", "-c", say + shown], cwd=tmp_path, check=True)
    lines = (tmp_path / "said").read_text().splitlines()
    assert ends and len(lines) == 2 * len(ends)
    before, after = lines[: len(ends)], lines[len(ends) :]
    assert after == [f"{line}last|" for line in before]


def test_words_are_those_that_a_program_gets():
    (command,) = simple_commands("""A=1 make 'x y' "z'" > log 2>&1 b\\ c ''""")
    assert command.words == ("A=1", "make", "x y", "z'", "b c", "")


@pytest.mark.parametrize("text", ["make 'x", 'make "x', "make x\\", "make $(x"])
def test_what_breaks_off(text):
    with pytest.raises(ValueError, match="no shell can read"):
        simple_commands(text)
