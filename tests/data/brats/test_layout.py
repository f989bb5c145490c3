"""Which cases are found in a folder by their names, and what becomes of the rest."""

import shutil
import time
from collections import Counter

import numpy as np
import pytest

from common.errors import UserError
from data.brats.dataset import BratsDataset
from data.brats.layout import find_layout
from tests.data.brats.trees import (
    LAYOUTS,
    SHAPE,
    save,
    suffixed,
    vsd,
    write_empty,
    write_layout,
)


@pytest.mark.parametrize("depth", ["", "BraTS2020", "BraTS2020/MICCAI_2020"])
def test_a_folder_above_the_data_set_is_enough(tmp_path, depth):
    write_layout(tmp_path / depth, "brats20")
    assert find_layout(tmp_path).root == tmp_path / depth
    assert len(BratsDataset(tmp_path)) == 1


def test_a_grade_folder_gives_only_its_cases(tmp_path):
    for release in ("brats17", "brats18"):
        folder, files, *_ = LAYOUTS[release]
        write_empty(tmp_path, folder, files)
    (high,) = find_layout(tmp_path / "HGG").cases
    (low,) = find_layout(tmp_path / "LGG").cases
    assert (high.group, low.group) == ("HGG", "LGG")
    with pytest.raises(UserError, match="brats18"):
        find_layout(tmp_path)


@pytest.mark.parametrize("name", ["HGG", "hgg", "Hg"])
def test_a_grade_folder_is_recognized_by_its_name_as_passed(
    tmp_path, monkeypatch, name
):
    """In upper or lower case, as a link, and as the working directory."""
    _, files, *_ = LAYOUTS["brats17"]
    case = "Brats17_CBICA_AAL_2"
    write_empty(tmp_path, f"disk/part 7/{case}", files)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).symlink_to(tmp_path / "disk" / "part 7")
    write_empty(tmp_path, f"plain/{name}/{case}", files)
    (tmp_path / "link").symlink_to(tmp_path / "plain" / name)
    for root in ("data", f"data/{name}", "plain", f"plain/{name}", "link"):
        (found,) = find_layout(tmp_path / root).cases
        assert found.group == "HGG", root
    assert find_layout(tmp_path / "data" / name).root == tmp_path / "data"
    monkeypatch.chdir(tmp_path / "plain" / name)
    assert find_layout(".").cases[0].group == "HGG"


def test_several_data_sets_are_refused(tmp_path):
    write_layout(tmp_path / "training", "brats21")
    write_layout(tmp_path / "validation", "brats21")
    with pytest.raises(UserError, match="training.*validation"):
        BratsDataset(tmp_path)


def test_a_mix_of_releases_is_refused_and_a_release_can_be_required(tmp_path):
    write_layout(tmp_path, "brats20")
    assert BratsDataset(tmp_path, "brats20").release == "brats20"
    with pytest.raises(UserError, match="brats21 only.*BraTS20_Training_001") as error:
        BratsDataset(tmp_path, "brats21")
    assert "`make prepare-brats20`" in error.value.next_step
    write_layout(tmp_path, "brats21")
    for release in (None, "brats20", "brats17"):
        with pytest.raises(UserError, match="BraTS2021_00000") as error:
            BratsDataset(tmp_path, release)
        assert "move" in error.value.next_step
    with pytest.raises(ValueError, match="brats99"):
        find_layout(tmp_path, "brats99")


@pytest.mark.parametrize("kind", ["empty", "missing", "file", "digits"])
def test_nothing_recognized_says_what_was_looked_for(tmp_path, kind):
    root = tmp_path / kind
    if kind == "file":
        root.touch()
    elif kind != "missing":
        root.mkdir()
    if kind == "digits":
        (root / "0001").mkdir()  # a case of 2013 is below its grade
    with pytest.raises(UserError) as error:
        BratsDataset(root)
    for name in ("HGG", "Brats17_CBICA_AAB_1_flair.nii.gz", "MR_Flair", "BraTS-GLI"):
        assert name in error.value.expected
    assert "DATA=" in error.value.next_step


def test_2015_without_inner_folders_with_texts_and_testing_without_grade(tmp_path):
    for i, more in enumerate(["", "_1more", "_2more", "_3more"]):
        files = vsd(100 * i, f"VSD.Brain{more}.XX.O.OT", nested=i % 2)
        write_empty(tmp_path, f"HGG/brats_tcia_pat10{i}_0001", [*files, "License.txt"])
    write_empty(tmp_path, "HGG_LGG/brats_2013_pat0103_1", vsd(9)[:4])
    layout = find_layout(tmp_path)
    assert [case.group for case in layout.cases] == ["", *["HGG"] * 4]
    assert [len(case.files["seg"]) for case in layout.cases] == [0, 1, 1, 1, 1]
    for case in layout.cases:
        assert not case.missing and not case.duplicated
        assert "T1c." in case.files["t1ce"][0].name
        assert "T1." in case.files["t1"][0].name
    assert [path.name for path in layout.cases[1].others] == ["License.txt"]


def test_cases_of_2013_share_names_with_the_other_grade(tmp_path):
    for grade in ("HGG", "LGG"):
        write_empty(tmp_path, f"{grade}/brats_2013_pat0001_1", vsd(1))
    cases = find_layout(tmp_path).cases
    assert [case.id for case in cases] == [
        *("LGG_brats_2013_pat0001_1", "brats_2013_pat0001_1")
    ]
    assert [case.patient for case in cases] == [
        *("LGG_brats_2013_pat0001", "brats_2013_pat0001")
    ]


def test_exams_of_one_patient_share_their_patient(tmp_path):
    for exam in ("0001", "0294"):
        write_empty(tmp_path, f"HGG/brats_tcia_pat153_{exam}", vsd(1))
    assert {case.patient for case in find_layout(tmp_path).cases} == {
        "brats_tcia_pat153"
    }


def test_hidden_files_are_ignored_and_others_reported(tmp_path):
    write_layout(tmp_path, "brats17")
    case = tmp_path / "HGG" / "Brats17_CBICA_AAL_2"
    (case / "._Brats17_CBICA_AAL_2_t1.nii.gz").touch()
    (case / "notes.txt").touch()
    (case / "Brats17_CBICA_AAB_1_t1.nii.gz").touch()  # of another case
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "readme.md").touch()
    (tmp_path / "HGG" / "spare").mkdir()
    layout = find_layout(tmp_path)
    assert {path.name for path in layout.others} == {"readme.md", "spare"}
    assert [path.name for path in layout.cases[0].others] == [
        *("Brats17_CBICA_AAB_1_t1.nii.gz", "notes.txt")
    ]
    assert not layout.cases[0].duplicated


def test_missing_modality_is_named_with_the_next_command(tmp_path):
    write_layout(tmp_path, "brats17")
    case = tmp_path / "HGG" / "Brats17_CBICA_AAL_2"
    (case / "Brats17_CBICA_AAL_2_t1ce.nii.gz").unlink()
    assert find_layout(tmp_path).cases[0].missing == ("t1ce",)
    with pytest.raises(UserError) as error:
        BratsDataset(tmp_path)
    assert error.value.file == str(case)
    assert "Brats17_CBICA_AAL_2_t1ce.nii.gz" in error.value.expected
    assert f"`make check-data DATASET=brats17 DATA={tmp_path}`" in error.value.next_step


def test_duplicate_files_and_cases_are_refused(tmp_path):
    write_layout(tmp_path, "brats17")
    case = tmp_path / "HGG" / "Brats17_CBICA_AAL_2"
    name = "Brats17_CBICA_AAL_2_t2.nii"
    shutil.copy(case / f"{name}.gz", case / name)
    assert find_layout(tmp_path).cases[0].duplicated == ("t2",)
    with pytest.raises(UserError, match="one t2 file"):
        BratsDataset(tmp_path)
    (case / name).unlink()
    shutil.copytree(case, tmp_path / "LGG" / case.name)
    assert len(find_layout(tmp_path).cases) == 2
    with pytest.raises(UserError, match="one case Brats17_CBICA_AAL_2"):
        BratsDataset(tmp_path)


def test_a_whole_release_opens_in_well_under_a_second(tmp_path):
    """Half a second on a busy machine; a tenth on an idle one."""
    for i in range(285):
        case = f"Brats17_TCIA_{i:03}_1"
        write_empty(tmp_path, f"{'HGG' if i < 210 else 'LGG'}/{case}", suffixed(case))
    save(next(iter(find_layout(tmp_path).cases)).files["flair"][0], np.zeros(SHAPE))
    start = time.process_time()
    dataset = BratsDataset(tmp_path)
    assert time.process_time() - start < 0.5
    assert len(dataset) == 285
    assert Counter(case.group for case in dataset) == {"HGG": 210, "LGG": 75}


def test_what_systems_leave_is_ignored(tmp_path):
    write_layout(tmp_path, "brats17")
    folder = tmp_path / LAYOUTS["brats17"][0]
    for name in ("Thumbs.db", "desktop.ini", "._Brats17_CBICA_AAL_2_t1.nii.gz"):
        (folder / name).touch()
        (tmp_path / name).touch()
    (tmp_path / "__MACOSX" / "Brats17_CBICA_AAL_2").mkdir(parents=True)
    layout = find_layout(tmp_path)
    assert (len(layout.cases), layout.others, layout.cases[0].others) == (1, (), ())
