"""Learning curves of all recorded runs, and figures drawn again from rows."""

import dataclasses
import io
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from rich.console import Console as RichConsole

from common.errors import UserError
from common.reporting.figures import why_stale
from common.reporting.text import read_text
from papers import registry
from papers.engine import curves, results
from papers.engine.console import Console
from papers.engine.request import Request


def rows(method="dual", figure="demo_image_3epochs", epochs=3, **changes):
    run = {
        "paper": "linkdsl",
        "method": method,
        "data": "figshare",
        "fingerprint": "ab",
        "profile": "demo",
        "budget": "3 epochs",
        "split": "image",
        "fold": 0,
        "seed": 1,
        "figure": figure,
        "n_validation": 2,
        "epoch": range(1, epochs + 1),
        "loss": 0.5,
        "val_loss": 0.25,
        "val_dice": float("nan"),
    }
    return pd.DataFrame(run | changes)


@pytest.fixture
def drawn(monkeypatch):
    """What was asked to be drawn: the titles and the caption of each file."""
    found = {}
    original = curves.learning_curves

    def draw(path, histories, keys, caption):
        found[path.name] = list(histories), caption
        original(path, histories, keys, caption)

    monkeypatch.setattr(curves, "learning_curves", draw)
    return found


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_the_caption_has_the_papers_note(tmp_path, drawn, paper_id):
    paper = registry.paper(paper_id)
    method = paper.methods[0]
    curves.record_curves(tmp_path, rows(method.id))
    (path,) = curves.draw_curves(paper, tmp_path)
    assert path.name == "learning_curves_demo_image_3epochs.png"
    ((titles, caption),) = drawn.values()
    assert titles == [method.title]
    said = "Learning curves, split image, fold 0, seed 1."
    assert caption.text == " ".join([said, paper.curves_note]).strip()
    assert (caption.n, caption.budget) == (2, "3 epochs")
    assert ("auxiliary heads" in caption.text) == (paper_id == "cunet")


def test_a_figure_shows_all_recorded_runs_and_each_once(tmp_path, drawn):
    paper = registry.paper("linkdsl")
    curves.record_curves(tmp_path, rows("dual"))
    curves.record_curves(tmp_path, rows("linknet", epochs=2))
    curves.record_curves(tmp_path, rows("linknet", loss=0.125))
    curves.record_curves(tmp_path, rows("cdsl", figure="demo_patient_3epochs"))
    curves.record_curves(tmp_path, rows("cdsl", figure="one", epochs=1))
    curves.record_curves(tmp_path, pd.DataFrame(columns=curves.COLUMNS))
    assert len(curves.draw_curves(paper, tmp_path)) == 2, "one epoch is no curve"
    titles, _ = drawn["learning_curves_demo_image_3epochs.png"]
    by_id = {method.id: method.title for method in paper.methods}
    assert titles == [by_id["linknet"], by_id["dual"]]
    stored = read_text(tmp_path / curves.FILE, "")
    assert (stored["loss"][stored["method"] == "linknet"] == "0.125").all()
    # Other data replace the outdated curves of the same figure.
    curves.record_curves(tmp_path, rows("dual", fingerprint="cd"))
    stored = read_text(tmp_path / curves.FILE, "")
    one = stored[stored["figure"] == "demo_image_3epochs"]
    assert set(one["method"]) == {"dual"} and set(one["fingerprint"]) == {"cd"}
    assert len(stored) == 3 + 3 + 1


def test_a_request_draws_its_own_curves_beside_those_recorded(
    tmp_path, plan, dataset, drawn, monkeypatch
):
    paper = registry.paper("linkdsl")
    jobs = plan(methods=("dual",), folds=(0,), changes={"training.epochs": 3})
    request = Request(paper, dataset.root, "demo", changes={"training.epochs": 3})
    none = SimpleNamespace(draw_figures=lambda runner, folder: [])
    runner = SimpleNamespace(
        paper=SimpleNamespace(
            id=paper.id,
            dataset=paper.dataset,
            methods=paper.methods,
            curves_note="",
            figures=none,
        ),
        jobs=[dataclasses.replace(job) for job in jobs],
        request=request,
        dataset=dataset,
        console=Console(RichConsole(file=io.StringIO())),
        history=lambda job: rows()[["epoch", *curves.KEYS]],
    )
    monkeypatch.setattr(type(jobs[0]), "finished", lambda job: {"seconds": 1})
    folder = results.results_folder(runner, tmp_path)
    curves.record_curves(folder, rows("linknet", fingerprint=jobs[0].fingerprint[:12]))
    curves.record_curves(folder, rows("linknet", figure="another"))
    (path,) = results.draw_figures(runner, tmp_path)
    assert path.parent == folder and len(drawn[path.name][0]) == 2
    assert why_stale(path) == ""


def test_figures_again_draws_curves_and_removes_what_is_stale(tmp_path, drawn):
    paper, lines = registry.paper("linkdsl"), []
    folder = tmp_path / "linkdsl" / "phantom"
    curves.record_curves(folder, rows())
    curves.figures_again(paper, tmp_path, lines.append)
    (path,) = folder.glob("*.png")
    assert lines == [f"wrote {path}"]
    old = folder / "learning_curves_demo_image_99epochs.png"
    old.write_bytes(path.read_bytes())
    curves.record_curves(folder, rows(loss=0.75))
    assert why_stale(path) == why_stale(old) == "the rows that it shows have changed"
    curves.figures_again(paper, tmp_path, lines.append)
    assert lines[1:] == [
        f"wrote {path}",
        f"removed {old}: the rows that it shows have changed",
    ]
    assert why_stale(path) == ""


def test_figures_again_leaves_pictures_that_are_not_ours(tmp_path, drawn):
    folder, lines = tmp_path / "linkdsl" / "phantom", []
    curves.record_curves(folder, rows())
    photo, cut = folder / "photo.png", folder / "cut.png"
    plt.imsave(photo, np.zeros((4, 4)))
    cut.write_bytes(photo.read_bytes()[:40])
    curves.figures_again(registry.paper("linkdsl"), tmp_path, lines.append)
    assert photo.exists() and cut.exists()
    assert [line for line in lines if line.startswith("left ")] == [
        f"left {path}: it does not say what it was made of" for path in (cut, photo)
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("loss", "low"), ("epoch", ""), ("n_validation", "two")]
)
def test_curves_with_words_for_numbers(tmp_path, name, value):
    curves.record_curves(tmp_path, rows())
    table = pd.read_csv(tmp_path / curves.FILE, dtype=str)
    table.assign(**{name: value}).to_csv(tmp_path / curves.FILE, index=False)
    with pytest.raises(UserError, match="curves.csv: expected numbers"):
        curves.record_curves(tmp_path, rows("linknet"))


@pytest.mark.parametrize("name", ["../x", "a/b", "", "a\nb"])
def test_figures_lead_out_of_no_folder(tmp_path, name):
    curves.record_curves(tmp_path, rows(figure=name))
    with pytest.raises(UserError, match="curves.csv: expected figures by names"):
        curves.draw_curves(registry.paper("linkdsl"), tmp_path)
