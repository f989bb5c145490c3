"""The command from files to files, and what it says of bad ones."""

import csv

import nibabel
import numpy as np
import pandas as pd
import pytest

from common.metrics import CasePair, boundary_scores, score_case, volume_scores
from common.metrics.lesions import LESION_RULES, lesion_scores
from papers.engine.cli.app import main
from tests.papers.engine.scoring.files import AFFINE, labels, write, write_pairs


@pytest.fixture
def figure():
    """Has the figure drawn, which takes most of the time."""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, request):
    """Runs `score`; returns its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    if "figure" not in request.fixturenames:
        draw = "papers.engine.scoring.figures.draw_summary"
        monkeypatch.setattr(draw, lambda *arguments: None)

    def run(*words):
        code = 0
        try:
            main(["score", *map(str, words), "--out", "out"])
        except SystemExit as stopped:
            code = stopped.code or 0
        return code, "".join(capsys.readouterr())

    return run


def rows(name="scores.csv"):
    return pd.read_csv(f"out/{name}").set_index(["case", "region"])


def test_scores_are_those_of_the_functions(run, tmp_path, figure):
    code, shown = run(*write_pairs(tmp_path))
    assert code == 0 and "labels of BraTS 2021" in shown
    truth, predicted = labels(), np.roll(labels(), 1, 2)
    pair = CasePair(predicted, truth, (1, 1, 1))
    expected = score_case(predicted, truth, (1, 1, 1)) | volume_scores(pair)
    expected |= boundary_scores(pair) | lesion_scores(pair, "brats23")[0]
    found = rows()
    assert set(found.index) == {(c, r) for c in "ab" for r in ("wt", "tc", "et")}
    for name, value in expected.items():
        region, _, score = name.partition("_")
        if region in ("wt", "tc", "et"):
            assert found.loc[("b", region), score] == pytest.approx(value, rel=1e-5)
    summary = pd.read_csv("out/summary.csv").set_index(["region", "score"])
    dice = summary.loc[("et", "dice")]
    assert dice["mean"] == pytest.approx(expected["et_dice"], rel=1e-5)
    assert (dice["n"], dice["n_undefined"]) == (2, 0)
    lesions = rows("lesions.csv")
    assert set(lesions["status"]) == {"found"} and len(lesions) == 6
    assert (tmp_path / "out" / "summary.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("rule", [*LESION_RULES, "none"])
def test_rules_of_lesions(run, tmp_path, rule):
    words = write_pairs(tmp_path, "a")
    assert run(*words, "--lesions", rule, "--convention", "pooled/nan")[0] == 0
    found = rows()
    assert set(found["convention"]) == {"pooled/nan"}
    if rule == "none":
        assert "lesion_rule" not in found and rows("lesions.csv").empty
    else:
        assert set(rows("lesions.csv")["lesion_rule"]) == {rule}


def test_a_cavity_is_no_enhancing_tumor(run, tmp_path):
    treated = labels(enhancing=3, cavity=4)
    words = write_pairs(tmp_path, ["BraTS-GLI-00005-100"], treated, treated)
    code, shown = run(*words)
    assert code == 0 and "3 enhancing, 4 cavity" in shown
    volume = rows()["volume_ml"].droplevel("case")
    assert volume["et"] == pytest.approx(np.sum(treated == 3) / 1000)
    assert volume["rc"] == pytest.approx(np.sum(treated == 4) / 1000)
    assert volume["wt"] == pytest.approx(np.isin(treated, (1, 2, 3)).sum() / 1000)


def test_an_enhancing_tumor_with_the_cavity_s_number_is_noticed(run, tmp_path):
    """Predictions with the numbers of 2021, for treated patients of 2024."""
    words = write_pairs(tmp_path, ["BraTS-GLI-00006-100"], labels(3), labels(4))
    code, shown = run(*words)
    assert code == 0 and "their 4 enhances, as to 2021" in shown
    code, shown = run(*words, "--prediction-labels", "brats21")
    assert code == 0 and "warning" not in shown and (rows()["dice"][:3] == 1).all()
    cavity = labels(3, cavity=4)
    assert (
        "warning"
        not in run(*write_pairs(tmp_path, ["BraTS-GLI-00006-100"], cavity, cavity))[1]
    )


def test_before_2023_the_same_values_are_other_things(run, tmp_path):
    values = labels(enhancing=3, cavity=4)
    words = write_pairs(tmp_path, ["x"], values, values)
    code, shown = run(*words)
    assert code == 2 and "--labels brats24 or --labels brats15" in shown
    assert run(*words, "--labels", "brats15")[0] == 0
    volume = rows()["volume_ml"].droplevel("case")
    assert volume["et"] == pytest.approx(np.sum(values == 4) / 1000)
    assert "rc" not in volume


def test_predictions_may_have_other_values(run, tmp_path):
    words = write_pairs(tmp_path, ["x"], labels(3), labels(4))
    code, shown = run(*words)
    assert code == 2 and "4 is the resection cavity" in shown
    assert "--prediction-labels brats21 if 4 is the enhancing tumor" in shown
    assert run(*words, "--prediction-labels", "brats21")[0] == 0
    assert (rows()["dice"] == 1).all()


def test_a_case_that_fails_is_a_row_and_no_smaller_mean(run, tmp_path):
    words = write_pairs(tmp_path, "abcde")
    (tmp_path / "prediction" / "a.nii.gz").unlink()
    write(tmp_path / "prediction" / "b.nii.gz", labels()[1:])
    write(tmp_path / "prediction" / "c.nii.gz", labels(), np.diag([-1, -1, 2, 1]))
    (tmp_path / "prediction" / "d.nii.gz").write_bytes(b"no volume")
    code, shown = run(*words)
    assert code == 2 and "predictions of 5 cases that can be scored" in shown
    failed = pd.read_csv("out/failed.csv").set_index("case")["problem"]
    assert list(failed.index) == list("abcd")
    assert "a label map of a" in failed["a"] and "shape of the truth" in failed["b"]
    assert "axes and spacing" in failed["c"] and "d.nii.gz" in failed["d"]
    assert set(rows().index.get_level_values("case")) == {"e"}


def test_origins_may_differ_and_are_said_to(run, tmp_path):
    words = write_pairs(tmp_path, "ab")
    moved = AFFINE.copy()
    moved[1, 3] = 239
    write(tmp_path / "prediction" / "b.nii.gz", labels(), moved)
    code, shown = run(*words)
    assert code == 0 and "1 prediction with another origin" in shown
    assert rows().loc[("b", "wt"), "dice"] == 1


def test_exchanged_edema_and_necrosis_are_noticed(run, tmp_path):
    exchanged = np.array([0, 2, 1, 3, 4], np.uint8)[labels()]
    values = labels()
    values[6:10, 6:10, 6:10] = 1
    exchanged = np.array([0, 2, 1, 3, 4], np.uint8)[values]
    shown = run(*write_pairs(tmp_path, "a", values, exchanged))[1]
    assert "in 1 of 1 predictions 1 lies outside of 2" in shown
    assert "truths 1 lies" not in shown


def test_names_of_cases_are_no_formulas(run, tmp_path):
    assert run(*write_pairs(tmp_path, ["=1+1", "@x"]))[0] == 0
    for name in ("scores.csv", "lesions.csv"):
        with open(tmp_path / "out" / name, newline="", encoding="utf-8") as file:
            assert {row["case"] for row in csv.DictReader(file)} == {"'=1+1", "'@x"}


def test_what_has_no_truth_is_named(run, tmp_path):
    words = write_pairs(tmp_path, "a")
    write(tmp_path / "prediction" / "z.nii.gz", labels())
    code, shown = run(*words)
    assert code == 0 and "without a truth, not scored: z" in shown


def test_empty_predictions_have_a_figure_too(run, tmp_path, figure):
    nothing = np.zeros_like(labels())
    words = write_pairs(tmp_path, "ab", None, nothing)
    assert run(*words, "--lesions", "bipartite")[0] == 0
    assert np.isinf(rows()["lesion_hd95"]).all()
    assert (tmp_path / "out" / "summary.png").exists()


def test_predictions_of_a_run_are_found_by_case(run, tmp_path, shared_data):
    """Real truths, as released, and predictions in the layout of the release."""
    from data.brats.dataset import BratsDataset

    dataset = BratsDataset(shared_data / "brats" / "cubes32" / "LGG")
    case = dataset[0]
    path = tmp_path / "truth" / case.id / case.label.name
    path.parent.mkdir(parents=True)
    path.write_bytes(case.label.read_bytes())
    (path.parent / f"{case.id}_t1.nii.gz").write_bytes(b"a scan, which is not read")
    target = tmp_path / "mine" / f"{case.id}.nii.gz"
    target.parent.mkdir()
    dataset.write_prediction(case, dataset.read_labels(case), target)
    code, shown = run("--truth", tmp_path / "truth", "--prediction", tmp_path / "mine")
    assert code == 0 and "labels of BraTS 2017" in shown
    assert (rows()["dice"] == 1).all()
    assert nibabel.load(target).shape == (32, 32, 32)
