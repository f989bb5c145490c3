"""The written report: whole, escaped, offline, with the tables' own numbers."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest

from papers import registry
from papers.engine.report import write
from papers.engine.report.learning import learning_of
from papers.engine.report.rows import color_of
from tests.papers.engine.report.conftest import HOSTILE, N_CASES
from tests.papers.engine.report.links import Page, broken


def data_of(report, paper):
    text = (report.folder / f"{paper}-data.js").read_text(encoding="utf-8")
    name, value = text.split(" = ", 1)
    assert name == "window.REPORT_DATA"
    return json.loads(value.rstrip().removesuffix(";"))


def test_every_page_is_there_and_every_link_resolves(report):
    pages = {path.name for path in report.folder.glob("*.html")}
    papers = ("linkdsl", "cunet")
    names = {f"{p}{end}.html" for p in papers for end in ("", "-cases", "-case")}
    assert pages == names | {"index.html", "linkdsl-table_readings.html"}
    assert broken(report.folder) == []


def test_links_to_cases_name_runs_that_are_there(report):
    for paper in ("linkdsl", "cunet"):
        numbers = {str(run["number"]) for run in data_of(report, paper)["runs"]}
        links = Page(report.folder / f"{paper}.html").links
        cells = [link for link in links if link.startswith(f"{paper}-cases.html#")]
        asked = {parse_qs(link.split("#")[1])["run"][0] for link in cells}
        assert asked and asked <= numbers


def test_a_broken_link_would_be_found(tmp_path):
    (tmp_path / "a.html").write_text("<a href='b.html'></a><a href='#c'></a>")
    assert broken(tmp_path) == [("a.html", "b.html"), ("a.html", "#c")]


def test_nothing_is_fetched_from_elsewhere(report):
    known = ("http://www.w3.org/2000/svg",)  # a name, which nothing fetches
    for path in report.folder.rglob("*"):
        if path.suffix in (".css", ".js") and path.name != "niivue.umd.js":
            text = path.read_text(encoding="utf-8")
            if path.name.endswith("-data.js"):
                continue  # names of cases, which may be anything
            found = re.findall(r"https?://[^\"'` )]+", text)
            assert set(found) <= set(known), path
            assert "@import" not in text and "fetch(" not in text


def test_hostile_names_are_text(report):
    for path in report.folder.glob("*.html"):
        page = Page(path)
        assert not page.tags & {"img", "i", "b", "s"}, path
    data = data_of(report, "linkdsl")
    (own,) = [run for run in data["runs"] if len(run["rows"]["case"]) == N_CASES]
    assert HOSTILE in own["rows"]["case"]
    words = "".join(Page(report.folder / "linkdsl.html").words)
    assert "METHODS=<i>linknet" in words


def test_scripts_never_write_html():
    for path in (write.HERE / "assets").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        words = ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(")
        assert [word for word in words if word in text] == [], path


def longest_dice(report):
    """Returns the cells of Dice in the paper's tables, at the largest budget."""
    cells = pd.read_csv(report.root / "results/linkdsl/cells.csv")
    ran = cells[(cells["data"] == "figshare") & (cells["column"] == "dice")]
    ran = ran[ran["table"].isin(["1", "2", "3"])]
    epochs = ran["budget"].str.extract(r"(\d+) epochs", expand=False).astype(int)
    return ran[epochs == epochs.max()]


def shown(cell):
    """Returns a cell's score, deviation over seeds and interval as pages have them."""
    seeds = f" ± {cell.sd_seeds:.4f}" if cell.sd_seeds > 0 else ""
    return f"{cell.reproduced:.4f}{seeds} [{cell.ci_low:.4f}, {cell.ci_high:.4f}]"


def test_cells_are_those_of_the_tables(report):
    """The page shows what `cells.csv` holds, which the tables are made of."""
    text = (report.folder / "linkdsl.html").read_text(encoding="utf-8")
    ran = longest_dice(report)
    assert len(ran) == 5
    for cell in ran.itertuples():
        assert f">{shown(cell)}</a>" in text


def test_the_dice_of_each_table_is_not_folded(report, monkeypatch):
    monkeypatch.chdir(report.root)
    cunet = report.compared[1]
    for table, plots, _ in write._context(cunet, [], Path("results"))["tables"]:
        labels = [plot.label for plot in plots]
        first = [label for label in labels if label.startswith("Dice")]
        assert first and labels[: len(first)] == first, table.title


def test_a_users_number_stands_beside_the_suites(report):
    words = "".join(Page(report.folder / "linkdsl.html").words)
    mean = np.mean([n / N_CASES for n in range(N_CASES)])
    cells = longest_dice(report)
    (suites,) = set(map(shown, cells[cells["row"] == "linknet"].itertuples()))
    assert f"yours: {mean:.4f} [" in words and f"suite: {suites}" in words
    overview = "".join(Page(report.index).words)
    assert f"yours: {mean:.4f} [" in overview


def test_places_are_those_that_were_read(report, monkeypatch):
    monkeypatch.chdir(report.root)
    own = report.compared[0]
    assert write._places([own], Path("results/local")) == ["results", "results/local"]
    alone = own._replace(yours=own.yours[:0])
    assert write._places([alone], Path("results/empty")) == ["results"]


def test_claims_curves_protocol_audit_and_provenance(report):
    words = "".join(Page(report.folder / "cunet.html").words)
    claims = pd.read_csv(report.root / "results/cunet/claims.csv")
    for claim in claims["claim"].unique():
        assert claim in words
    assert "✓ supported" in words
    linkdsl = "".join(Page(report.folder / "linkdsl.html").words)
    assert "40 epochs, split image, fold 0, seed 0" in linkdsl
    paper = report.compared[0].paper
    assert f"{paper.published.training.epochs}" in linkdsl
    assert "training.learning_rate" in linkdsl and "our choice" in linkdsl
    assert "b8cbb1223c66" in linkdsl, "the fingerprint of the data"
    page = Page(report.folder / "linkdsl.html")
    assert {"tables", "distributions", "curves", "protocol", "audit"} <= page.ids


def test_a_method_has_one_color_on_all_of_a_page(report):
    """In its box and in each learning curve, and no other method has it."""
    style = (write.HERE / "assets" / "report.css").read_text(encoding="utf-8")
    for paper in registry.papers():
        for scored in (True, False):  # those of boxes, and parts, of curves only
            drawn = [m.id for m in paper.methods if m.scored == scored]
            colors = {color_of(paper, name) for name in drawn}
            assert len(colors) == len(drawn)
            assert all(f".color{color} {{" in style for color in colors)
    paper = report.compared[0].paper
    of_curves = dict(
        pair
        for one in learning_of(paper, [("suite", report.root / "results/linkdsl")])
        for pair in one.titles
    )
    runs = data_of(report, "linkdsl")["runs"]
    of_boxes = {run["title"]: run["color"] for run in runs}
    assert len(of_curves) > 3 and of_curves.items() <= of_boxes.items()
    assert of_boxes["Cascaded Dual-Scale LinkNet"] == 5, "its place among all methods"


def test_one_paper_alone(report, tmp_path, monkeypatch):
    monkeypatch.chdir(report.root)
    index = write.write_report(report.compared[:1], Path("results"), tmp_path)
    assert {path.name for path in tmp_path.glob("*.html")} == {
        "index.html",
        "linkdsl.html",
        "linkdsl-cases.html",
        "linkdsl-case.html",
        "linkdsl-table_readings.html",
    }
    assert "cunet.html" not in Page(index).links


@pytest.mark.parametrize("name", ["overview", "paper", "cases", "case"])
def test_templates_escape(name):
    assert write.templates().get_template(f"{name}.html").environment.autoescape
    text = write.templates().from_string("{{ x }}").render(x=HOSTILE)
    assert "<" not in text and '"' not in text
