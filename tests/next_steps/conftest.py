"""Errors with the place in the code that made them."""

import contextlib
import re
import sys

import pytest

from common.errors import UserError
from papers.engine.cli.app import main
from tests.next_steps.sources import ROOT


@pytest.fixture
def made(monkeypatch):
    """The places, as `Site.place` names them, of all errors so far, last one last."""
    places, initialize = [], UserError.__init__

    def note(error, *arguments):
        initialize(error, *arguments)
        frame = sys._getframe(1)
        while frame.f_code.co_name == "__init__":  # that of a derived class
            frame = frame.f_back
        file = frame.f_code.co_filename
        path = file.removeprefix(f"{ROOT}/")
        places.append(f"{path}:{frame.f_code.co_name}")

    monkeypatch.setattr(UserError, "__init__", note)
    return places


@pytest.fixture
def told(made):
    """Expects the error that a place in the code makes; yields what has caught it."""

    @contextlib.contextmanager
    def told(place):
        with pytest.raises(UserError) as caught:
            yield caught
        assert place in made, f"{made}: {caught.value}"
        made.clear()

    return told


@pytest.fixture
def answer(made, capsys, monkeypatch, tmp_path):
    """Runs a command line in an empty folder.

    Returns `(place, next step)` of its error, or None if it had none.
    """
    monkeypatch.chdir(tmp_path)

    def answer(*words):
        made.clear()
        try:
            main([str(word) for word in words])
        except SystemExit as stopped:
            if not stopped.code:
                return None
            shown = capsys.readouterr().err
            assert made, shown
            return made[-1], re.search(r"  next: +(.*)", shown)[1]
        return None

    return answer


@pytest.fixture
def no_networks(monkeypatch):
    """A dry run without data builds no network, of which nothing is to be seen."""
    place = "papers.engine.memory.without_data.of_experiment"
    monkeypatch.setattr(place, lambda *_: None)


def with_settings(words, step):
    """Returns the words of a command line with the options that a step names.

    `SET=key=value` becomes `--set key=value`, and `FOLDS=0` takes the place of
    `--folds 9`.
    """
    words = [str(word) for word in words]
    for name, value in re.findall(r"\b([A-Z0-9]+)=([^\s;`]+?)(?=[,;`]?(?:\s|$))", step):
        option = f"--{name.lower()}"
        if option in words and name != "SET":
            words[words.index(option) + 1] = value
        else:
            words += [option, value]
    return words
