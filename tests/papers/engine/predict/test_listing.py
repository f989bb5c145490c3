"""The list of a folder's DICOM series, which tells modalities and no patient."""

import re

import pytest
import SimpleITK as sitk

from benchmarks.scans.dicom_files import PATIENT, write_series
from papers.engine.cli.app import main
from papers.registry import IDS

DESCRIPTIONS = (
    "localizer",
    "t1_mprage",
    "t1_mprage KM DOE 20240229",
    "t2_tse",
    "FLAIR",
)


@pytest.fixture
def folder(tmp_path):
    for number, description in enumerate(DESCRIPTIONS, 1):
        image = sitk.Image((5, 6, 7), sitk.sitkInt16)
        image.SetSpacing((1, 1, 5))
        write_series(tmp_path / "in", image, number, {"0008|103e": description})
    return tmp_path / "in"


def listed(folder):
    with pytest.raises(SystemExit) as stopped:
        main(["list-series", str(folder)])
    assert not stopped.value.code


def test_series_are_listed_with_guesses_and_the_next_command(folder, capsys):
    listed(folder)
    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.splitlines() if line.startswith("#")]
    assert [row[0] for row in rows] == ["#1", "#2", "#3", "#4", "#5"]
    assert [row[1] for row in rows] == ["7"] * 5
    expected = ("none of the four", "t1", "t1ce", "t2", "flair")
    for row, guess in zip(rows, expected, strict=True):
        assert guess in " ".join(row)
    for name, number in [("t1", 2), ("t1ce", 3), ("t2", 4), ("flair", 5)]:
        assert re.search(rf"--{name} '?{re.escape(str(folder))}#{number}'?\s", shown)


def test_the_patient_is_not_shown(folder, capsys):
    listed(folder)
    shown = capsys.readouterr()
    text = (shown.out + shown.err).lower()
    for value in PATIENT.values():
        words = re.findall(r"[a-z0-9]{4,}", value.lower())
        assert not [word for word in words if word in text], value
    assert "doe" not in text


def test_two_guesses_of_one_modality_are_left_to_the_user(folder, capsys):
    image = sitk.Image((5, 6, 7), sitk.sitkInt16)
    write_series(folder, image, 9, {"0008|103e": "t2 again"})
    listed(folder)
    assert "--t2 FOLDER#N" in capsys.readouterr().out


def test_the_command_names_a_paper_that_exists(folder, capsys):
    listed(folder)
    assert (
        re.search(r"predict (\w+) --prepare", shown := capsys.readouterr().out)[1]
        in IDS
    )
    assert "--brain-mask FILE" in shown and "--skull-strip" in shown


def test_a_folder_without_series(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["list-series", str(tmp_path)])
    assert "DICOM files" in capsys.readouterr().err
