"""Which of the committed figures a page shows."""

import json

import pytest
from PIL import Image, PngImagePlugin

from papers import registry
from papers.engine.pages.index import describe, index_blocks
from papers.engine.pages.pictures import Picture, best_figure, curves


@pytest.fixture
def draw(tmp_path):
    """Writes a picture that says what it was made of; returns its file."""

    def draw(name, folder="", **where):
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        made = {k: v if isinstance(v, list) else [v] for k, v in where.items()}
        info = PngImagePlugin.PngInfo()
        note = dict.fromkeys(("module", "code", "file", "rows"), "any")
        note |= {"where": made, "columns": []}
        info.add_text("Made of", json.dumps(note))
        Image.new("L", (2, 2)).save(path, pnginfo=info)
        return path

    return draw


RUN = {"data": "half", "profile": "cpu", "budget": "12 epochs"}


def test_the_longest_real_run_is_shown(draw, tmp_path):
    draw("figure4_a.png", **RUN | {"budget": "2 epochs"})
    draw("figure4_b.png", **RUN | {"profile": "cpu, x=1", "budget": "99 epochs"})
    draw("figure4_c.png", **RUN | {"data": "x-cubes32", "budget": "99 epochs"})
    draw("other_d.png", **RUN | {"budget": "99 epochs"})
    longest = draw("figure4_e.png", **RUN)
    assert best_figure(tmp_path, "figure4") == longest
    # A second seed comes after the first.
    draw("figure4_e_fold0_seed1.png", **RUN)
    assert best_figure(tmp_path, "figure4") == longest
    more = draw("figure4_a_of_more.png", **RUN, method=["one", "two"])
    assert best_figure(tmp_path, "figure4") == more
    assert best_figure(tmp_path, "figure2") is None


def test_a_phantom_says_so_and_a_real_case_its_origin(draw, tmp_path):
    picture = Picture("figure4", "Slices and truth", "Images: someone, CC BY 4.0.")
    assert picture.shown(tmp_path, tmp_path) == ""
    draw("figure4_a.png", "phantom", **RUN | {"data": "phantom"})
    text = picture.shown(tmp_path, tmp_path, "Real ones are yours.")
    assert "phantom: synthetic heads. Real ones are yours.*" in text
    assert "CC BY" not in text
    draw("figure4_b.png", **RUN)
    text = picture.shown(tmp_path, tmp_path / "papers" / "one", "Real ones are yours.")
    target = "../../figure4_b.png"
    assert text.startswith(f"![Slices and truth]({target})")
    assert "*Slices and truth. Images: someone, CC BY 4.0.*" in text
    assert "yours" not in text


def test_learning_curves_are_of_real_data(draw, tmp_path):
    draw("learning_curves_a.png", "phantom", **RUN | {"data": "phantom"})
    assert curves(tmp_path, tmp_path).startswith("None of real data")
    draw("learning_curves_b.png", **RUN)
    assert "Learning curves: half, cpu, 12 epochs." in curves(tmp_path, tmp_path)


def test_the_index_has_every_file_and_says_what_a_hash_stands_for(draw, tmp_path):
    path = draw(
        "figure4_half_cpu_1a2b3c.png", "linkdsl", **RUN | {"profile": "cpu, x=1"}
    )
    for name in ("table1.csv", "claims.csv", "something_new.csv"):
        (path.parent / name).touch()
    (tmp_path / "audit.csv").touch()
    text = index_blocks(tmp_path)["files"]
    for name in ("table1", "claims", "something_new"):
        assert f"](linkdsl/{name}.csv): " in text
    assert "[audit.csv](audit.csv): what the published numbers" in text
    assert (
        "profile cpu, x=1" in text and "](linkdsl/figure4_half_cpu_1a2b3c.png)" in text
    )
    paper = registry.paper("linkdsl")
    assert describe(paper, path.parent / "table1.csv").startswith(
        "table 1 of the paper"
    )
