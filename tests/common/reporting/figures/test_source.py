"""A figure knows the rows and the code that it was made of."""

import sys

import numpy as np
import pytest

from common.reporting.cases import write_cases
from common.reporting.figures import Caption, Source, overlay_grid, why_stale
from common.reporting.figures.source import code_digest

MODULE = '''"""What it draws."""

COLOR = "red"


def draw():
    """Draws."""
    return COLOR
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The file of a module that draws."""
    path = tmp_path / "modules" / "drawing_of_this_test.py"
    path.parent.mkdir()
    path.write_text(MODULE)
    monkeypatch.syspath_prepend(path.parent)
    return path


@pytest.fixture
def figure(tmp_path, module, cases):
    """A figure of the method dual beside the rows of two methods."""
    write_cases(tmp_path / "cases.csv", cases)
    rows = cases[cases["method"] == "dual"]
    draw(tmp_path / "a.png", Source(module.stem, rows, ("dice",)))
    return tmp_path / "a.png"


def draw(path, source=None):
    caption = Caption("It shows.", "figshare", "cpu", "12 epochs", 12, source)
    overlay_grid(path, [[(np.eye(8), None)]], ["a"], caption)


def test_a_figure_of_its_rows_is_not_stale(figure, cases):
    assert why_stale(figure) == ""
    # What it does not show may change: another method, column or order of the rows.
    other = cases.assign(tp=1.0, command="again").iloc[::-1]
    other.loc[other["method"] == "linknet", "dice"] = 0.5
    write_cases(figure.with_name("cases.csv"), other)
    assert why_stale(figure) == ""


def test_other_rows_make_it_stale(figure, cases):
    changed = cases.copy()
    changed.loc[changed["method"] == "dual", "dice"] += 0.001
    write_cases(figure.with_name("cases.csv"), changed)
    assert why_stale(figure) == "the rows that it shows have changed"
    write_cases(figure.with_name("cases.csv"), cases[cases["method"] != "dual"])
    assert why_stale(figure) == "the rows that it shows have changed"
    write_cases(figure.with_name("cases.csv"), cases.drop(columns="dice"))
    assert why_stale(figure) == "a column that it shows is gone"
    figure.with_name("cases.csv").unlink()
    assert why_stale(figure) == "there is no cases.csv"


def test_other_code_makes_it_stale_but_not_other_words(figure, module):
    module.write_text(MODULE.replace("What it draws.", "Something else."))
    assert why_stale(figure) == ""
    module.write_text(MODULE.replace("COLOR =", "# A comment.\nCOLOR  ="))
    assert why_stale(figure) == ""
    module.write_text(MODULE.replace("red", "blue"))
    assert why_stale(figure) == "the code that draws it has changed"
    module.unlink()
    sys.path_importer_cache.clear()
    assert "there is no module" in why_stale(figure)


def test_a_figure_without_a_note_is_stale(tmp_path):
    draw(tmp_path / "a.png")
    assert why_stale(tmp_path / "a.png") == "it does not say what it was made of"


def test_the_code_of_all_figures_counts(monkeypatch, tmp_path, module):
    before = code_digest(module.stem)
    (tmp_path / "shared.py").write_text("LINE = 1")
    monkeypatch.setattr("common.reporting.figures.source._SHARED", tmp_path)
    assert code_digest(module.stem) != before
