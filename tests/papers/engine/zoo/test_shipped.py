"""Folders that are found from everywhere, as the suite is."""

from importlib import import_module
from pathlib import Path

from papers.engine.cli.app import main


def test_weights_are_looked_for_here_and_then_in_the_repository(
    tmp_path, monkeypatch, capsys
):
    shelf = import_module("papers.engine.zoo.shipped")
    own, here = tmp_path / "suite", tmp_path / "here"
    monkeypatch.setattr(shelf, "ROOT", own)
    here.mkdir()
    monkeypatch.chdir(here)
    folder = Path("weights/anisocascade")
    assert shelf.nearest(folder) == folder  # to be named as missing
    (own / folder).mkdir(parents=True)
    assert shelf.nearest(folder) == own / folder
    try:
        main(["weights", "path", "anisocascade"])
    except SystemExit as stopped:
        assert not stopped.code
    assert str(own / folder) in capsys.readouterr().out.replace("\n", "")
    folder.mkdir(parents=True)
    assert shelf.nearest(folder) == folder
