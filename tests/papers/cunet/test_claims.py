"""What the paper concludes, judged by rows whose order is known."""

import numpy as np
import pandas as pd
import pytest

from common.files import write_text
from common.reporting.cases import read_cases, write_cases
from common.reporting.cells import GROUP, build_cells
from common.reporting.published import read_published
from common.reporting.text import to_csv
from papers.cunet.claims import CLAIM_TABLE, REGIONS
from papers.cunet.page import claims_table
from papers.cunet.paper import PAPER
from papers.cunet.protocol import METHODS
from papers.cunet.tables import PAIRED, TABLES
from papers.engine.results import check_derived

LEVELS = {"unet": 0.5, "bfcn": 0.6, "drn": 0.65, "cun": 0.7, "cun_lws": 0.8}


RUN = {"data": "brats17", "coverage": "285/285", "profile": "paper"}


def rows(levels=LEVELS, **run):
    """Rows of 30 patients, method by method at its level, with the same noise."""
    noise = np.random.default_rng(0).normal(0, 0.02, 30)
    texts = ("paper", *GROUP, "group", "command", "commit")
    same = dict.fromkeys(texts, "") | {"status": "ok"} | RUN | run
    lines = []
    for method, level in levels.items():
        for number, error in enumerate(noise):
            own = np.random.default_rng(number).normal(0, 0.01)
            scores = {column.key: level + error + own for column in PAIRED.columns}
            scores["mean_dice"] = 0.8 + error  # the same of all
            line = {"method": method, "fold": 0, "seed": 0, "case": f"c{number}"}
            lines.append(same | line | {"patient": f"p{number}"} | scores)
    return pd.DataFrame(lines)


def test_each_claim_has_a_verdict():
    found = CLAIM_TABLE(rows()).set_index(["first", "second", "score"])
    assert len(found) == 11
    lws = found.loc[("cun", "cun_lws", "sensitivity")]
    assert lws["verdict"] == "supported"
    assert lws["published_difference"] == pytest.approx(0.017, abs=5e-4)
    assert lws["difference"] == pytest.approx(0.1)
    assert lws["n_patients"] == 30
    dice = found.loc[("cun", "cun_lws", "dice")]
    assert dice["published_difference"] == pytest.approx(-0.00433, abs=5e-5)
    assert dice["verdict"] == "undecided: no rise shown"
    assert set(found["note"]) == {""}  # the paper's own data and protocol


def test_other_order_contradicts():
    levels = LEVELS | {"cun": 0.8, "cun_lws": 0.7}
    found = CLAIM_TABLE(rows(levels)).set_index(["first", "second", "score"])
    assert found.loc[("cun", "cun_lws", "sensitivity"), "verdict"] == "contradicted"
    assert found.loc[("unet", "cun_lws", "sensitivity"), "verdict"] == "supported"


def test_a_network_that_has_not_learned_a_region_is_no_measure():
    cases = rows()
    cases.loc[cases["method"] == "unet", "et_sensitivity"] = 0.0
    found = CLAIM_TABLE(cases)
    beside = found["first"] == "unet"
    assert set(found[beside]["verdict"]) == {"not tested"}
    assert found[beside]["note"].str.contains("unet found nothing of a region").all()
    assert "not tested" not in set(found[~beside]["verdict"])
    # One case in which it is found is enough.
    cases.loc[cases["case"] == "c3", "et_sensitivity"] = 0.4
    assert "not tested" not in set(CLAIM_TABLE(cases)["verdict"])


def test_a_rise_of_dice_contradicts_the_table():
    cases = rows()
    better = cases["method"] == "cun_lws"
    cases.loc[better, "mean_dice"] += 0.1
    found = CLAIM_TABLE(cases).set_index(["first", "second", "score"])
    assert found.loc[("cun", "cun_lws", "dice"), "verdict"] == "contradicted"


def test_phantoms_say_nothing():
    found = CLAIM_TABLE(rows(data="phantom"))
    assert set(found["note"]) == {"phantom: says nothing of the paper's"}
    assert CLAIM_TABLE(rows().iloc[:0]).empty


@pytest.mark.parametrize(
    ("run", "difference"),
    [
        ({"data": "brats17-cubes32"}, "data brats17-cubes32, not brats17"),
        ({"coverage": "210/285"}, "210 of 285 cases"),
        ({"profile": "cpu"}, "profile cpu"),
        (
            {"data": "mine", "coverage": "3/3", "profile": "paper, loss.omega=0.2"},
            "data mine, not brats17; profile paper, loss.omega=0.2",
        ),
    ],
)
def test_a_note_names_what_separates_a_run_from_the_papers(run, difference):
    (note,) = set(CLAIM_TABLE(rows(**run))["note"])
    assert note == f"a comparison of methods, not with the paper's: {difference}"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_few_patients_decide_nothing(count):
    """However alike they are, resampling them gives no more than their range."""
    cases = rows()
    kept = [f"p{number}" for number in range(count)]
    found = CLAIM_TABLE(cases[cases["patient"].isin(kept)])
    assert len(found) == 11 and set(found["n_patients"]) == {count}
    assert found["ci_low"].isna().all() and found["ci_high"].isna().all()
    assert found["verdict"].str.startswith("undecided").all()


def test_page_states_every_claim_with_its_verdict(tmp_path):
    write_text(tmp_path / "claims.csv", to_csv(CLAIM_TABLE(rows().iloc[:0])))
    lines = claims_table(tmp_path).splitlines()
    assert len(lines) == 2 + 11
    assert lines[2].endswith("| +0.0170 |  |  |  | not run on whole scans yet |")
    # Of several runs, that of the largest real set of whole heads is shown.
    other = rows(data="brats18", coverage="20/285").groupby("method").head(20)
    cubes = rows(data="brats17-cubes32", coverage="264/264")
    write_text(
        tmp_path / "claims.csv", to_csv(CLAIM_TABLE(pd.concat([cubes, other, rows()])))
    )
    shown = claims_table(tmp_path)
    lines = [line for line in shown.splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + 11
    lws = [line for line in lines if "raises the sensitivity" in line]
    assert all("| +0.1000 | 30 | supported |" in line for line in lws)
    assert "`brats17` 285/285" in shown
    assert "cubes" not in shown and "brats18" not in shown


def test_both_pools_stand_beside_the_published_specificity():
    (table,) = TABLES
    cases = rows()
    cells = build_cells(table, cases, read_published(table.published_csv))
    for region in REGIONS:
        mine = cells[cells["column"].str.startswith(f"{region}_specificity")]
        of_row = mine[mine["row"] == "cun"].set_index("column")
        assert len(of_row) == 2 and of_row["published"].nunique() == 1
        assert of_row["gap"].notna().all()
    assert "fits slices with tumor" in table.note


def test_an_edited_file_is_found(tmp_path):
    write_cases(tmp_path / "cases.csv", rows())
    cases = read_cases(tmp_path / "cases.csv")
    for name, derive in PAPER.derived.items():
        write_text(tmp_path / name, to_csv(derive(cases)))
    assert [outcome.passed for outcome in check_derived(PAPER, tmp_path)] == [True] * 2
    path = tmp_path / "claims.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("supported", "contradicted", 1), encoding="utf-8")
    edited, paired = sorted(check_derived(PAPER, tmp_path), key=lambda o: o.passed)
    assert paired.passed and not edited.passed
    assert "claims.csv against cases.csv, row 1, verdict" in str(edited)
    path.unlink()
    assert [outcome.passed for outcome in check_derived(PAPER, tmp_path)].count(
        False
    ) == 1


def test_table_has_five_rows_and_both_pools_of_the_specificity():
    (table,) = TABLES
    assert [row.title for row in table.rows] == [m.title for m in METHODS]
    keys = {column.key for column in table.columns}
    assert {f"{r}_{s}" for r in REGIONS for s in ("dice", "sensitivity")} <= keys
    for region in REGIONS:
        assert {f"{region}_specificity", f"{region}_specificity_slices"} <= keys
    assert set(PAPER.derived) == {"paired.csv", "claims.csv"}
