"""The simple commands of what a user gives to a shell, and where each of them ends."""

import re
import shlex
from dataclasses import dataclass

_IN_DOUBLE = r'"(?:\\.|[^"\\])*"'
_SUBSTITUTED = r"`[^`]*`|\$\((?:[^()]|\([^()]*\))*\)"
_WORD = rf"(?:[^\s'\"\\&;|()<>$`]|\\.|'[^']*'|{_IN_DOUBLE}|{_SUBSTITUTED}|\$(?!\())+"
_TOKEN = re.compile(
    r"(?P<gap>[^\S\n]+|\\\n)|(?P<comment>(?<!\S)#[^\n]*)"
    # A number, or both, before what goes to or comes from a file.
    rf"|(?P<redirect>(?:\d+(?=[<>])|&(?=>))?[<>]+[&|]?[^\S\n]*{_WORD})"
    rf"|(?P<end>[&;|()\n]+)|(?P<word>{_WORD})",
    re.S,
)


@dataclass(frozen=True)
class SimpleCommand:
    """The words between `&&`, `;`, `|` and their like, without redirections.

    Args:
        words: as a program gets them, except that variables are not replaced.
        end: where in the text its last word ends.
    """

    words: tuple[str, ...]
    end: int


def simple_commands(text):
    """Returns the `SimpleCommand`s of what a shell reads.

    Raises:
        ValueError: no shell can read it; the message is a part of a sentence.
    """
    found, words, end, at = [], [], 0, 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            reason = f"it breaks off at {text[at:].split(maxsplit=1)[0]}"
            raise ValueError(f"what no shell can read ({reason})")
        at = token.end()
        if token["word"]:
            words.append(_unquoted(token["word"]))
            end = at
        elif token["end"]:
            found.append(SimpleCommand(tuple(words), end))
            words = []
    found.append(SimpleCommand(tuple(words), end))
    return [command for command in found if command.words]


def _unquoted(word):
    lexer = shlex.shlex(word, posix=True)
    lexer.whitespace, lexer.commenters, lexer.whitespace_split = "", "", True
    return lexer.get_token() or ""
