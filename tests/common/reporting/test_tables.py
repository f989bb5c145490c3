"""Tables in the paper's shape and the files of a results folder."""

import numpy as np
import pandas as pd
import pytest

from common.errors import UserError
from common.metrics import overlap
from common.reporting.aggregate import Mean, Pooled
from common.reporting.cases import empty_cases, merge_cases, read_cases
from common.reporting.compare import compare_splits
from common.reporting.table import Column
from common.reporting.tables import (
    build_table,
    joined_table,
    result_files,
    write_results,
)
from common.reporting.text import as_text, to_csv

NAMES = ["cases.csv", "cells.csv", "table2.csv"]


def contents(folder):
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    return [(folder / name).read_bytes() for name in NAMES]


def test_a_table_has_the_papers_shape(table, cases):
    files = result_files([table], cases)
    cells, wide = files["cells.csv"], files["table2.csv"]
    assert wide["method"].tolist() == [
        "Someone else's",
        "LinkNet",
        "Dual-Scale LinkNet",
    ]
    assert wide.columns[:7].tolist() == [
        "row",
        "method",
        "dice_published",
        "dice_reproduced",
        "dice_gap",
        "dice_ci_low",
        "dice_ci_high",
    ]
    # Every number of every cell is in its place.
    for cell in cells.to_dict("records"):
        line = wide[wide["row"] == cell["row"]].iloc[0]
        for name in ("published", "reproduced", "gap", "ci_low", "ci_high"):
            np.testing.assert_equal(line[f"{cell['column']}_{name}"], cell[name])
        for name in ("data", "n_cases", "coverage", "profile", "budget", "split"):
            np.testing.assert_equal(line[name], cell[name])


def test_rows_of_a_group_stand_together(table, cases):
    longer = cases.assign(budget="40 epochs")
    phantom = cases.assign(data="phantom")
    wide = result_files([table], pd.concat([phantom, longer, cases]))["table2.csv"]
    groups = list(wide[["data", "budget"]].itertuples(index=False, name=None))
    assert groups == [
        ("", ""),
        *[("figshare256", "12 epochs")] * 2,
        *[("figshare256", "40 epochs")] * 2,
        *[("phantom", "12 epochs")] * 2,
    ]


def test_notes_of_table_and_cells_are_joined(table, cases):
    noted = type(table)(**{**vars(table), "note": "scales are inferred"})
    wide = build_table(noted, result_files([noted], cases)["cells.csv"])
    notes = wide.set_index("row")["note"]
    assert notes["linknet"] == "scales are inferred"
    assert notes["dual"] == "scales are inferred; excluded: equals another cell"


def test_writing_again_changes_no_byte(tmp_path, table, cases):
    write_results(tmp_path / "results", [table], cases)
    first = contents(tmp_path / "results")
    again = merge_cases(read_cases(tmp_path / "results" / "cases.csv"), cases)
    write_results(tmp_path / "results", [table], again)
    assert contents(tmp_path / "results") == first
    assert b"\r" not in b"".join(first)


def test_tables_follow_from_the_file_of_cases(tmp_path, table, cases):
    cases["dice"] = 1 / 3  # 0.333333 in the file
    table.published_csv.write_text("row,column,value,where,note\ndual,dice,0.3333,,\n")
    write_results(tmp_path / "results", [table], cases)
    cells = pd.read_csv(tmp_path / "results" / "cells.csv").set_index(["row", "column"])
    assert cells.loc[("dual", "dice"), "gap"] == pytest.approx(0.000033, rel=1e-3)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path, table, cases):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="to be able to write it"):
        write_results(tmp_path / "file" / "results", [table], cases)


def test_joined_table_has_every_paper_run_or_not(tmp_path, table, cases):
    columns = (table.columns[0], Column("hd95", "HD95", Mean("hd95"), "mm"))
    other = type(table)(**{**vars(table), "name": "7", "columns": columns})
    other_csv = tmp_path / "other.csv"
    other_csv.write_text("row,column,value,where,note\ndual,hd95,3.9,,\n")
    other = type(table)(**{**vars(other), "published_csv": other_csv})
    ran, not_run = (
        result_files([one], rows)["cells.csv"]
        for one, rows in ((table, cases), (other, empty_cases()))
    )
    joined = joined_table({"linkdsl": ([table], ran), "new": ([other], not_run)})
    assert joined["paper"].tolist() == ["linkdsl"] * 3 + ["new"] * 3
    assert joined["table"].tolist() == ["2"] * 3 + ["7"] * 3
    new = joined[joined["paper"] == "new"].set_index("row")
    assert new.loc["dual", "hd95_published"] == 3.9
    assert new.loc["dual", "note"] == "not run on real data"
    assert new["dice_reproduced"].isna().all()
    assert joined.columns[-1] == "note"
    # The texts of `cells.csv` give the same file.
    texts = joined_table(
        {"linkdsl": ([table], as_text(ran)), "new": ([other], as_text(not_run))}
    )
    assert to_csv(texts) == to_csv(joined)


def test_compare_splits_shows_methods_run_under_both(make_run):
    image = make_run().assign(dice=0.8)
    patient = make_run(split="patient", fold=1, n=4).assign(dice=0.6)
    alone = make_run("linknet")
    longer = make_run(split="patient", budget="40 epochs")
    columns = [
        Column("dice", "Dice", Mean("dice"), ""),
        Column("dice_pooled", "Dice", Pooled(overlap.dice), ""),
    ]
    found = compare_splits(pd.concat([image, patient, alone, longer]), columns)
    (line,) = found.to_dict("records")
    assert (line["method"], line["budget"]) == ("dual", "12 epochs")
    assert line["dice_image"] == pytest.approx(0.8)
    assert line["dice_patient"] == pytest.approx(0.6)
    assert line["dice_gap"] == pytest.approx(-0.2)
    assert line["dice_pooled_image_ci_low"] < line["dice_pooled_image"]
    assert (line["n_cases_image"], line["n_cases_patient"]) == (6, 4)


def test_compare_splits_without_a_pair_is_empty(make_run):
    columns = [Column("dice", "Dice", Mean("dice"), "")]
    assert compare_splits(make_run(), columns).empty
