"""The survival tables of the releases that have one."""

import numpy as np
import pytest

from common.errors import UserError
from data.brats.survival import read_survival

# By release: a case, the table's name, its first lines.
TABLES = {
    "2017": (
        "HGG/Brats17_TCIA_167_1",
        "survival_data.csv",
        "Brats17ID,Age,Survival\nBrats17_TCIA_167_1,74.907,153\n",
        [("Brats17_TCIA_167_1", 74.907, 153, "")],
    ),
    "2018": (
        "LGG/Brats18_CBICA_AAB_1",
        "survival_data.csv",
        "BraTS18ID,Age,Survival,ResectionStatus\n"
        "Brats18_CBICA_AAB_1,60.5,465,GTR\nBrats18_TCIA01_1_1,51,NA,NA\n",
        [
            ("Brats18_CBICA_AAB_1", 60.5, 465, "GTR"),
            ("Brats18_TCIA01_1_1", 51, np.nan, ""),
        ],
    ),
    "2018 validation": (
        "Brats18_CBICA_AAM_1",
        "survival_evaluation.csv",
        "BraTS18ID,Age,ResectionStatus\nBrats18_CBICA_AAM_1,70,STR\n",
        [("Brats18_CBICA_AAM_1", 70, np.nan, "STR")],
    ),
    "2020": (
        "BraTS20_Training_001",
        "survival_info.csv",
        "\ufeffBrats20ID,Age,Survival_days,Extent_of_Resection\n"
        "BraTS20_Training_001,60.463,289,GTR\n"
        "BraTS20_Training_084,52.3,ALIVE (361 days later),GTR\n",
        [
            ("BraTS20_Training_001", 60.463, 289, "GTR"),
            ("BraTS20_Training_084", 52.3, np.nan, "GTR"),
        ],
    ),
}


def write(root, case, name, text):
    (root / case).mkdir(parents=True)
    (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("release", TABLES)
def test_all_spellings_give_one_table(tmp_path, release):
    case, name, text, expected = TABLES[release]
    write(tmp_path / "data", case, name, text)
    table = read_survival(tmp_path)
    assert list(table.columns) == ["id", "age", "survival_days", "resection"]
    assert len(table) == len(expected)
    for row, wanted in zip(table.itertuples(index=False), expected, strict=True):
        assert (row.id, row.resection) == (wanted[0], wanted[3])
        np.testing.assert_equal((row.age, row.survival_days), wanted[1:3])


def test_a_grade_folder_finds_the_table_beside_it(tmp_path):
    write(tmp_path, *TABLES["2017"][:3])
    assert len(read_survival(tmp_path / "HGG")) == 1


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Brats17ID,Age\n,3\n", "\0\xff"])
def test_a_table_that_identifies_no_cases_is_refused(tmp_path, text):
    write(tmp_path, "HGG/Brats17_TCIA_167_1", "survival_data.csv", text)
    with pytest.raises(UserError, match="survival_data.csv"):
        read_survival(tmp_path)


def test_a_missing_table_is_reported(tmp_path):
    (tmp_path / "BraTS2021_00000").mkdir()
    with pytest.raises(UserError, match="survival_info.csv"):
        read_survival(tmp_path)
