"""The pages in the tree are what code and results give."""

import keras
import pytest

from common.errors import UserError
from common.reporting.table import Column, Row, Table
from papers import registry
from papers.engine import pages
from papers.engine.cli.reports import PAPERS


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_page_is_up_to_date(paper_id):
    paper = registry.paper(paper_id)
    text = (PAPERS / paper_id / "README.md").read_text(encoding="utf-8")
    blocks = paper.page.blocks(paper, PAPERS.parent / "results")
    for name, content in blocks.items():
        assert pages.update(text, {name: content}) == text, f"{name}: run `make pages`"


def test_front_page_has_every_paper():
    text = (PAPERS.parent / "README.md").read_text(encoding="utf-8")
    for paper in registry.papers():
        assert f"papers/{paper.id}/README.md" in text
        blocks = paper.page.blocks(paper, PAPERS.parent / "results")
        assert blocks["results"] in text, "run `make pages`"


def test_update_replaces_one_part():
    text = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n"
    new = pages.update(text, {"x": r"new \1"})
    assert new == "a\n<!-- begin x -->\nnew \\1\n<!-- end x -->\nb\n"
    with pytest.raises(UserError, match="begin y"):
        pages.update(text, {"y": "new"})


def test_network_diagram_names_every_edge():
    x = inputs = keras.layers.Input((4, 4, 1), name="image")
    x = keras.layers.ReLU(name="first_relu")(x)
    y = keras.layers.ReLU(name="second_relu")(x)
    model = keras.Model(inputs, keras.layers.Add(name="sum")([x, y]))
    lines = pages.network_diagram(model).splitlines()
    edges = {line.strip() for line in lines if "-->" in line}
    assert edges == {
        "image --> first",
        "first --> second",
        "first --> sum",
        "second --> sum",
    }
    assert '  sum["sum<br/>4 x 4 x 1"]' in lines


def test_results_have_the_papers_shape(tmp_path):
    head = "table,row,column,published,reproduced,gap,ci_low,ci_high,sd_seeds,n_cases,"
    head += "data,coverage,profile,budget,split,folds,seeds,command,note\n"
    run = "mine,2/3,cpu,1 epoch,image,0,0,make x,"
    (tmp_path / "cells.csv").write_text(
        head
        + f"1,a,dice,0.8,0.75,-0.05,0.7,0.8,,12,{run}\n"
        + f"1,a,iou,,0.6,,,,,12,{run}\n"
        + "1,b,dice,0.9,,,,,,,,,,,,,,,not run\n"
        + "1,b,iou,,,,,,,,,,,,,,,,not run\n"
    )
    rows = (Row("a", "A", "a"), Row("b", "B", "b"))
    columns = (Column("dice", "Dice", None, ""), Column("iou", "IoU", None, ""))
    table = Table("1", "Scores", rows, columns, tmp_path / "published.csv")
    lines = pages.results_table(tmp_path, [table]).splitlines()
    said = "mine 2/3, cpu, 1 epoch, split image, folds: 0, seeds: 0"
    assert lines[2:6] == [
        "| method | Dice | IoU | n | run |",
        "| --- | --- | --- | --- | --- |",
        "| A | 0.7500 [0.7000, 0.8000]<br>published 0.8000 (-0.0500) "
        f"| 0.6000 | 12 | {said} |",
        "| B | published 0.9000 |  |  | not run |",
    ]
    assert lines[-1] == f"| {said} | `make x` |"
