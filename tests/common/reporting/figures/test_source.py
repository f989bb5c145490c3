"""A figure knows the rows and the code that it was made of."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from common.reporting.cases import write_cases
from common.reporting.figures import Caption, Source, overlay_grid, why_stale
from common.reporting.figures.source import KEY, code_digest, read_note

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


def test_what_draws_counts_however_far_away_but_nothing_else(module):
    folder = module.parent
    files = {
        "figures_shared.py": "import network\nfrom parts.palette import COLOR\n",
        "parts/palette.py": "COLOR = 1\n",
        "parts/figures/grid.py": "LINE = 1\n",
        "network.py": "import parts.figures_of_others\n",
        "parts/figures_of_others.py": "LINE = 1\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    imports = "from figures_shared import x\nfrom parts.figures import a_lazy_name\n"
    module.write_text(imports + MODULE)
    before, counts = code_digest(module.stem), {}
    for name, text in files.items():
        (folder / name).write_text(text + "MORE = 1\n")
        counts[name] = code_digest(module.stem) != before
        (folder / name).write_text(text)
    assert code_digest(module.stem) == before
    assert counts == {
        "figures_shared.py": True,
        "parts/palette.py": True,
        "parts/figures/grid.py": True,
        "network.py": False,
        "parts/figures_of_others.py": False,
    }


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("papers.engine.curves", "common/reporting/figures/curves.py"),
        ("papers.linkdsl.figures", "papers/engine/figures.py"),
        ("papers.dsunet.figures", "papers/engine/brats/palette.py"),
        ("papers.cunet.figures", "papers/engine/brats/figures.py"),
    ],
)
def test_real_figures_follow_their_imports(monkeypatch, module, file):
    before, original = code_digest(module), Path.read_text

    def changed(path, **options):
        added = "\nMORE = 1\n" if str(path).endswith(file) else ""
        return original(path, **options) + added

    monkeypatch.setattr(Path, "read_text", changed)
    assert code_digest(module) != before


def with_note(path, text):
    """Writes the note of a figure anew."""
    with Image.open(path) as image:
        info = PngInfo()
        info.add_text(KEY, text)
        image.save(path, pnginfo=info)


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "../cases.csv"},
        {"file": ".."},
        {"where": []},
        {"where": {"method": "dual"}},
        {"columns": "dice"},
        {"module": 5},
    ],
)
def test_a_note_of_something_else_is_none(figure, changes):
    with_note(figure, json.dumps(read_note(figure) | changes))
    assert read_note(figure) is None


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "null"])
def test_a_note_that_is_damaged_is_none(figure, text):
    with_note(figure, text)
    assert read_note(figure) is None


@pytest.mark.parametrize("name", ["package_of_others.part", "no such.name", ""])
def test_no_package_of_others_is_imported_for_a_figure(figure, module, name):
    package = module.parent / "package_of_others"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')\n")
    (package / "part.py").write_text(MODULE)
    with_note(figure, json.dumps(read_note(figure) | {"module": name}))
    assert "there is no module" in why_stale(figure)
